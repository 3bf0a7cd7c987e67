from django.apps import AppConfig


class OperationsConfig(AppConfig):
    name = "chatsite.operations"
    label = "operations"
