from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "chatsite.operations"
    label = "operations"

    def ready(self) -> None:
        from chatsite.operations import checks  # noqa: F401 (registers them)
