"""The team's settings in the admin: one row, which its form creates."""

from conversations.models import TeamSettings

SETTINGS = "/admin/conversations/teamsettings/"
FORM = f"{SETTINGS}1/change/"


def test_the_list_leads_to_a_form_with_the_defaults(client, carol):
    client.force_login(carol)
    response = client.get(SETTINGS, follow=True)
    assert response.redirect_chain[-1][0] == FORM
    assert "You are a helpful assistant." in response.text


def test_carol_saves_the_settings_for_the_first_time_and_again(client, carol):
    client.force_login(carol)
    for name in ("Rockets", "Comets"):
        fields = {"name": name, "instructions": "Be brief.", "notice": "Carol may read this."}
        assert client.post(FORM, fields).status_code == 302
    settings = TeamSettings.objects.get()
    assert (settings.pk, settings.name) == (1, "Comets")
    assert (settings.instructions, settings.notice) == ("Be brief.", "Carol may read this.")


def test_there_is_always_one_row_at_most(client, carol):
    TeamSettings(name="Rockets").save()
    client.force_login(carol)
    assert client.post(f"{SETTINGS}add/", {"name": "Second"}).status_code == 403
    assert client.post(f"{SETTINGS}1/delete/", {"post": "yes"}).status_code == 403
    client.post(SETTINGS, {"action": "delete_selected", "_selected_action": [1], "post": "yes"})
    assert TeamSettings.objects.get().name == "Rockets"


def test_another_key_leads_back_to_the_admin(client, carol):
    client.force_login(carol)
    assert client.get(f"{SETTINGS}2/change/", follow=True).status_code == 200
    assert not TeamSettings.objects.exists()


def test_staff_may_see_the_settings_without_changing_them(client, staff):
    client.force_login(staff("view_teamsettings"))
    assert client.get(FORM).status_code == 200
    assert client.post(FORM, {"name": "Bob's"}).status_code == 403
    assert not TeamSettings.objects.exists()


def test_staff_without_permissions_do_not_see_the_settings(client, staff):
    client.force_login(staff())
    assert client.get(SETTINGS, follow=True).status_code == 403


def test_alice_who_is_not_staff_does_not_see_the_settings(client, alice):
    client.force_login(alice)
    assert client.get(SETTINGS, follow=True).status_code == 403
