"""A pytest plugin that lets tests written for `absltest.main()` read absl's flags: `-p absl_plugin`."""

from absl import flags


def pytest_configure() -> None:
    flags.FLAGS.mark_as_parsed()
