"""Images of the ISIC Archive, downloaded for an ingest."""

from pathlib import Path

from flows.terminal import say
from melanoma.data.isic_archive.download import DownloadReport, download_images
from melanoma.data.isic_archive.request import DownloadRequest

_SHOWN_FAILURES = 5


def download_set(request: DownloadRequest, home: Path, quiet: bool) -> DownloadReport:
    """Download images of the ISIC Archive under a home; a further call fetches what is missing.

    Args:
        request: What is asked for.
        home: Where the project keeps its files; the images go into ``isic/<the request's slug>``.
        quiet: Print nothing.

    Returns:
        What became of each image; its ``folder`` can be ingested, its ``exit_code`` tells whether it is complete.
    """
    folder = home / "isic" / request.slug

    def tell(text: str, share: float | None) -> None:
        if not quiet:
            say(text if share is None else f"{text} ({share:.0%})")

    tell(f"ISIC Archive · {request.query or 'all images'} · into {folder}", None)
    report = download_images(request, folder, tell)
    for line in describe_download(report):
        tell(line, None)
    return report


def describe_download(report: DownloadReport) -> list[str]:
    """Return the lines that account for a download."""
    there = report.fetched + report.kept
    lines = [
        f"{there} of {report.asked} images are there with the right size: {report.fetched} fetched, {report.kept} kept"
    ]
    if report.unlisted:
        lines.append(f"the archive counts {report.unlisted} more than it lists; the same command later may find them")
    if report.failed:
        lines.append(
            f"{len(report.failed)} failed, listed in {report.folder / 'failed.csv'}; the same command tries them again"
        )
    lines += [f"  {failure.isic_id}: {failure.reason}" for failure in report.failed[:_SHOWN_FAILURES]]
    if len(report.failed) > _SHOWN_FAILURES:
        lines.append(f"  and {len(report.failed) - _SHOWN_FAILURES} more")
    return lines
