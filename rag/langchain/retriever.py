"""The index as a LangChain retriever, for chains of one's own."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForRetrieverRun
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from pydantic import ConfigDict

from index.search.search import Passage, SearchIndex
from index.store.contract import Filter


class PassageRetriever(BaseRetriever):
    """Returns passages as documents with title, source, date, url and exact offsets."""

    model_config = ConfigDict(arbitrary_types_allowed=True)

    index: SearchIndex
    k: int = 8
    where: Filter | None = None

    def _get_relevant_documents(
        self, query: str, *, run_manager: CallbackManagerForRetrieverRun
    ) -> list[Document]:
        passages = self.index.search(query, k=self.k, where=self.where)
        return [Document(page_content=p.text, metadata=_metadata(p)) for p in passages]


def _metadata(passage: Passage) -> dict[str, Any]:
    article = passage.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "date": article.date,
        "url": article.url,
        "start": passage.chunk.start,
        "end": passage.chunk.end,
        "score": passage.score,
        "rank": passage.rank,
    }
