{% load i18n static %}{% get_current_language as language %}/**
 * Shows a page of its own where the site cannot be reached. That page, its style and its script are all
 * that is kept: every other page is for one person, and passes through.
 */

const PAGE = "{% url 'offline' %}";
const FILES = [
  PAGE,
  "{% static 'css/tokens.css' %}",
  "{% static 'css/base.css' %}",
  "{% static 'css/card.css' %}",
  "{% static 'css/controls.css' %}",
  "{% static 'css/phone.css' %}",
  "{% static 'js/offline.js' %}",
];
/** The names of the files change with their content, and this one with them and with the language of the page. */
const CACHE = ["{{ language }}", ...FILES].join(" ");

self.addEventListener("install", (event) => event.waitUntil(keepFiles()));
self.addEventListener("activate", (event) => event.waitUntil(begin()));
self.addEventListener("fetch", (event) => {
  const { url, mode, method } = event.request;
  if (mode === "navigate" && method === "GET") event.respondWith(load(event));
  else if (FILES.includes(new URL(url).pathname)) event.respondWith(fetch(event.request).catch(() => find(url)));
});

async function keepFiles() {
  const cache = await caches.open(CACHE);
  await cache.addAll(FILES);
}

async function begin() {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name !== CACHE).map((name) => caches.delete(name)));
  // The browser asks for a page while this script is still being started.
  await self.registration.navigationPreload?.enable();
}

async function load(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return find(PAGE);
  }
}

async function find(file) {
  return (await caches.match(file, { ignoreVary: true })) ?? Response.error();
}
