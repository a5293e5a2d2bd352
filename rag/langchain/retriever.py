"""The index as a LangChain retriever, for chains of one's own."""

from pathlib import Path
from typing import Annotated, Any

from langchain_core.callbacks import (
    AsyncCallbackManagerForRetrieverRun,
    CallbackManagerForRetrieverRun,
)
from langchain_core.documents import Document
from langchain_core.retrievers import BaseRetriever
from langchain_core.runnables import run_in_executor
from pydantic import BeforeValidator, ConfigDict

from index.search.search import Passage, SearchIndex, open_index
from index.store.contract import Filter


def _open(index: Any) -> Any:
    return open_index(index) if isinstance(index, str | Path) else index


class PassageRetriever(BaseRetriever):
    """Returns passages as documents with title, source, date, url and exact offsets.

    ``k`` and ``where`` can also be given with a question: ``retriever.invoke("…", k=3)``.

    Attributes:
        index: An open index, or the folder of one.
        k: Passages to return.
        where: Which articles may be found; None means all.
    """

    # What is misspelt must not pass for the default.
    model_config = ConfigDict(arbitrary_types_allowed=True, extra="forbid")

    index: Annotated[SearchIndex, BeforeValidator(_open)]
    k: int = 8
    where: Filter | None = None

    def _get_relevant_documents(
        self,
        query: str,
        *,
        run_manager: CallbackManagerForRetrieverRun,
        k: int | None = None,
        where: Filter | None = None,
    ) -> list[Document]:
        passages = self.index.search(
            query,
            k=self.k if k is None else k,
            where=self.where if where is None else where,
        )
        return [Document(page_content=p.text, metadata=_metadata(p)) for p in passages]

    async def _aget_relevant_documents(
        self,
        query: str,
        *,
        run_manager: AsyncCallbackManagerForRetrieverRun,
        k: int | None = None,
        where: Filter | None = None,
    ) -> list[Document]:
        return await run_in_executor(
            None,
            self._get_relevant_documents,
            query,
            run_manager=run_manager.get_sync(),
            k=k,
            where=where,
        )


def _metadata(passage: Passage) -> dict[str, Any]:
    article = passage.article
    return {
        "article_id": article.id,
        "title": article.title,
        "source": article.source,
        "date": article.date,
        "url": article.url,
        "ocr": article.ocr,
        "start": passage.chunk.start,
        "end": passage.chunk.end,
        "score": passage.score,
        "rank": passage.rank,
    }
