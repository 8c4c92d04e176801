"""What Prometheus reads."""

from tests.support.page_server import Page, write_photo


def test_metrics_are_what_prometheus_reads(page: Page) -> None:
    write_photo(page.photos, 1)
    answer = page.ask("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    lines = answer.body.decode().splitlines()
    assert "smart_selfie_up 1" in lines
    assert "smart_selfie_photos 1" in lines
    assert 'smart_selfie_stage_dropped_total{stage="find faces"} 2' in lines
    assert 'smart_selfie_stage_cpu_seconds_total{stage="find faces"} 0.03' in lines
    named = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    assert named == {line.partition("{")[0].split()[0] for line in lines if not line.startswith("#")}
