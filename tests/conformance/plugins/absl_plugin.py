"""A pytest plugin that parses absl's flags, as `absltest.main()` does: `-p absl_plugin`."""

from absl import flags


def pytest_configure() -> None:
    flags.FLAGS.mark_as_parsed()
