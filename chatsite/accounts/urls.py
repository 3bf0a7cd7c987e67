"""Sign-in, passwords and a person's own settings.

Only those pages of django-allauth that the site uses have an address: there is no sign-up, and staff change addresses.
"""

from allauth.account import views as allauth_views
from django.urls import path, re_path
from django.views.generic import RedirectView

from chatsite.accounts import sessions, views
from chatsite.accounts.address_change import ConfirmAddressView
from chatsite.accounts.changes import account_changes
from chatsite.accounts.deletion import DeleteAccountView, account_deleted
from chatsite.accounts.set_password import ForgotPasswordView, SetPasswordView
from chatsite.http import clear_site_data

urlpatterns = [
    path("accounts/login/", allauth_views.login, name="account_login"),
    path("accounts/logout/", clear_site_data(allauth_views.logout), name="account_logout"),
    path("accounts/session/", views.session, name="session"),
    path("accounts/deleted/", account_deleted, name="account-deleted"),
    path("accounts/inactive/", allauth_views.account_inactive, name="account_inactive"),
    path("accounts/password/change/", allauth_views.password_change, name="account_change_password"),
    path("accounts/password/set/", allauth_views.password_set, name="account_set_password"),
    path("accounts/password/reset/", ForgotPasswordView.as_view(), name="account_reset_password"),
    path("accounts/password/reset/done/", allauth_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^accounts/password/reset/key/(?P<uidb36>[0-9A-Za-z]{1,13})-(?P<key>[^/]{1,100})/$",
        SetPasswordView.as_view(),
        name="account_reset_password_from_key",
    ),
    path(
        "accounts/password/reset/key/done/",
        allauth_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("settings/", RedirectView.as_view(pattern_name="preferences"), name="settings"),
    path("settings/changes/", account_changes, name="account-changes"),
    path("settings/delete/", DeleteAccountView.as_view(), name="delete-account"),
    path("settings/address/<str:token>/", ConfirmAddressView.as_view(), name="confirm-address"),
    path("settings/sessions/", sessions.list_sessions, name="sessions"),
    path("settings/sessions/<int:pk>/end/", sessions.end_session, name="end-session"),
    path("settings/tokens/", views.TokensView.as_view(), name="tokens"),
    path("settings/tokens/<int:pk>/revoke/", views.revoke_token, name="revoke-token"),
]
