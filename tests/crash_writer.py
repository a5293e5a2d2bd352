"""Change an index over and over until killed; run by test_crash.py."""

import random
import sys
from pathlib import Path

from fakes import WordEmbedder

from index.building.build import add_articles, build_index, remove_articles
from index.building.migration import migrate_index
from index.store.opening import open_store

SUBJECTS = ("الجسر", "المدرسة", "المطر", "الميناء", "المتحف", "الملعب", "السوق", "المرصد")


def main():
    folder, index, seed = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
    choose = random.Random(seed)
    embedder = WordEmbedder()
    print("ready", flush=True)
    while True:
        for _ in range(choose.randint(1, 12)):
            write(folder / f"{choose.randrange(60)}.txt", choose)
        action = choose.choice(("build", "build", "add", "remove", "compact", "migrate"))
        if action == "build":
            for path in choose.sample(sorted(folder.iterdir()), 2):
                path.unlink()
            build_index([folder], index, embedder=embedder)
        elif action == "add":
            add_articles([folder], index, embedder=embedder)
        elif action == "remove" and (known := sorted(open_store(index).known())):
            remove_articles(choose.sample(known, min(3, len(known))), index)
        elif action == "migrate":
            migrate_index(index, embedder=embedder)
        elif action == "compact":
            store = open_store(index)
            with store.writing():
                store.compact()


def write(path, choose):
    subject = choose.choice(SUBJECTS)
    sentences = [
        f"قال الشاهد رقم {choose.randrange(1000)} إن {subject} بخير اليوم." for _ in range(12)
    ]
    text = f"خبر {subject}\n\n{' '.join(sentences)}"
    staged = path.with_suffix(".part")
    staged.write_text(text, encoding="utf-8")
    staged.replace(path)


main()
