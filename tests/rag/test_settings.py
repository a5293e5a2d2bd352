import pytest

from rag.settings import ClusterSettings, Settings, SettingsError, check_settings, load_settings


def test_defaults_need_nothing():
    assert load_settings(environment={}) == Settings()


def test_flags_override_the_environment_and_that_the_file(tmp_path):
    file = tmp_path / "jawab.toml"
    file.write_text('k = 3\nmodel = "ollama:a"\ncaution = "careful"\n', encoding="utf-8")
    settings = load_settings(file, {"JAWAB_MODEL": "ollama:b", "JAWAB_K": "4"}, k=5, index=None)
    assert (settings.k, settings.model, settings.caution) == (5, "ollama:b", "careful")


def test_publishers_are_named_in_a_table(tmp_path):
    file = tmp_path / "jawab.toml"
    file.write_text('k = 3\n[sources]\naljazirah = "الجزيرة"\n', encoding="utf-8")
    settings = load_settings(file, {})
    assert settings.sources == {"aljazirah": "الجزيرة"}
    assert hash(settings) == hash(load_settings(file, {}))
    assert settings != Settings(k=3)
    for wrong in ('sources = "الجزيرة"', "[sources]\naljazirah = 3"):
        file.write_text(wrong, encoding="utf-8")
        with pytest.raises(SettingsError, match=r"sources in .* must be a table of texts"):
            load_settings(file, {})


def test_sources_to_watch_are_tables_beside_the_names_of_publishers(tmp_path):
    file = tmp_path / "jawab.toml"
    file.write_text(
        '[publishers]\naljazirah = "الجزيرة"\n[[sources]]\nurl = "https://example.org/feed.xml#top"\n'
        'every = "30m"\n[[sources]]\npath = "/news"\nname = "النشرة"\nsince = 2026-01-31\nkeep-for = "4w"\n',
        encoding="utf-8",
    )
    settings = load_settings(file, {})
    feed, folder = settings.watched
    assert settings.sources == {"aljazirah": "الجزيرة"}
    assert (feed.place, feed.every, feed.keep_for) == ("https://example.org/feed.xml", 1800, 0)
    assert (folder.name, folder.since, folder.keep_for) == ("النشرة", "2026-01-31", 28 * 86_400)


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        ('url = "example.org"', "begins with http"),
        ('url = "https://a:b@example.org/"', "no password in it"),
        ('url = "https://example.org/"\npath = "/news"', "one of the two"),
        ('path = "/news"\nevery = "soon"', 'every must be a length of time such as "30m"'),
        ('path = "/news"\nsince = "2026-13-01"', "since must be a day"),
        ('path = "/news"\nkeepfor = "3d"', "no field 'keepfor'"),
        ('path = "/news"\n[[sources]]\npath = "/news/../news"', "twice"),
        ('path = "/news"\nname = 3', "a text for name"),
    ],
)
def test_a_source_that_cannot_be_watched_is_refused(tmp_path, lines, told):
    file = tmp_path / "jawab.toml"
    file.write_text(f"[[sources]]\n{lines}\n", encoding="utf-8")
    with pytest.raises(SettingsError, match=rf"\[\[sources\]\] in .*{told}"):
        load_settings(file, {})


def test_names_of_publishers_stand_in_one_table(tmp_path):
    file = tmp_path / "jawab.toml"
    file.write_text('[publishers]\na = "أ"\n[sources]\nb = "ب"\n', encoding="utf-8")
    with pytest.raises(SettingsError, match="use the second alone"):
        load_settings(file, {})


@pytest.mark.parametrize("wrong", ["[publishers]\na = 1", 'publishers = "أ"', "[[publishers]]"])
def test_names_of_publishers_that_are_none_are_refused_under_their_own_name(tmp_path, wrong):
    file = tmp_path / "jawab.toml"
    file.write_text(wrong, encoding="utf-8")
    with pytest.raises(SettingsError, match=r"^publishers in .* must be a table of texts"):
        load_settings(file, {})


def test_a_cluster_is_described_in_a_table(tmp_path):
    file = tmp_path / "jawab.toml"
    file.write_text(
        '[cluster]\naddress = "10.0.0.1:7000"\nshards = 16\nstorage = "s3://news"\n',
        encoding="utf-8",
    )
    assert load_settings(file, {}).cluster == ClusterSettings(
        address="10.0.0.1:7000", shards=16, storage="s3://news"
    )


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ('cluster = "10.0.0.1"', r"cluster in .* must be a table, \[cluster\]"),
        ("[cluster]\nshard = 2", r"unknown setting 'shard' of \[cluster\] in .*'shards'"),
        ('[cluster]\nshards = "many"', r"shards of \[cluster\] .* must be a whole number"),
        ("[cluster]\nshards = 0", "shards .* must be 1 or more, not 0"),
        ("[cluster]\nreplicas = 33", "replicas .* must be from 1 to 32"),
        ('[cluster]\naddress = "10.0.0.1:port"', "HOST:PORT, not '10.0.0.1:port'"),
        ('[cluster]\nfolder = ""', "folder .* must name a folder"),
    ],
)
def test_a_wrong_setting_of_a_cluster_says_what_would_be_right(tmp_path, text, hint):
    file = tmp_path / "jawab.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match=hint):
        load_settings(file, {})


@pytest.mark.parametrize(
    ("environment", "hint"),
    [
        ({"JAWAB_MODLE": "x"}, "did you mean 'model'"),
        ({"JAWAB_K": "many"}, "must be a whole number"),
        ({"JAWAB_K": "0"}, "from 1 to 50"),
        ({"JAWAB_CAUTION": "reckless"}, "careful, balanced, lenient"),
        ({"JAWAB_READER": "maybe"}, "on, off"),
        ({"JAWAB_VERIFY": "twice"}, "words, model"),
        ({"JAWAB_TIMEOUT": "0"}, "seconds"),
        ({"JAWAB_WINDOW": "100"}, "0 or from 2,048"),
        ({"JAWAB_WINDOW": "4096"}, "cannot hold 8 passages; set 7,200 tokens"),
        ({"JAWAB_WINDOW": "8192", "JAWAB_K": "20"}, "set 15,000 tokens or more"),
        ({"JAWAB_SOURCES": "الجزيرة"}, "table of texts"),
    ],
)
def test_a_wrong_setting_says_what_would_be_right(environment, hint):
    with pytest.raises(SettingsError, match=hint):
        load_settings(environment=environment)


def test_an_unknown_key_of_the_file_is_refused(tmp_path):
    file = tmp_path / "jawab.toml"
    file.write_text("thershold = 1\nkk = 2", encoding="utf-8")
    with pytest.raises(SettingsError, match="unknown setting"):
        load_settings(file, {})


def test_broken_toml_is_refused(tmp_path):
    file = tmp_path / "jawab.toml"
    file.write_text("k = ", encoding="utf-8")
    with pytest.raises(SettingsError, match="not valid TOML"):
        load_settings(file, {})


@pytest.mark.parametrize("k", [0, -1, 7.9, 8.0, 51, 10**9, True, "8", None])
def test_a_number_of_passages_that_is_none_is_refused(k):
    with pytest.raises(SettingsError, match="k here must be a whole number from 1 to 50"):
        check_settings(Settings(k=k))
