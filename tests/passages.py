"""Passages made by hand."""

from index.articles.article import Article
from index.articles.chunking import Chunk
from index.search.search import Passage

TEXT = (
    "افتتح وزير النقل سامي حداد الجسر الجديد. وأضاف أن كلفة الجسر بلغت 12 مليون دينار."
    " وقدمت فرقة البلدية عرضًا موسيقيًا في الساحة."
)


def passages_of(*texts):
    found = []
    for number, text in enumerate(texts):
        article = Article(str(number), f"عنوان {number}", text)
        chunk = Chunk(str(number), 0, len(text), text)
        found.append(Passage(chunk, article, 1 - number / 10, number + 1, {"cosine": 0.9}))
    return found
