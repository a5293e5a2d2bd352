"""Ask an index over and over and check every passage; run by test_crash.py until its input ends."""

import json
import sys
import threading

from fakes import WordEmbedder

from index.search.search import open_index


def main():
    index = open_index(sys.argv[1], embedder=WordEmbedder())
    ended = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), ended.set()), daemon=True).start()
    reads, bad = 0, []
    print("ready", flush=True)
    while not ended.is_set():
        for question in ("كيف الجسر؟", "ماذا قال الشاهد عن المطر؟", "المرصد بخير"):
            try:
                passages = index.search(question, k=6)
            except Exception as error:  # noqa: BLE001  # whatever it is, it is a failure to report
                bad.append(repr(error))
                continue
            reads += 1
            bad += [p.chunk for p in passages if not is_whole(p)]
            keys = [(p.article.id, p.chunk.start) for p in passages]
            bad += ["duplicate"] * (len(keys) - len(set(keys)))
    print(json.dumps({"reads": reads, "bad": [str(item) for item in bad[:5]]}), flush=True)


def is_whole(passage):
    chunk = passage.chunk
    return passage.text and passage.article.text[chunk.start : chunk.end] == passage.text


main()
