// @ts-check
// Asks for user name and password. They go to the connection, and are kept nowhere here.

import { el } from './dom.js';

/** @param {(login: { username: string, password: string } | undefined) => void} connect undefined: without a login */
export function createLogin(connect) {
  const user = el('input', {
    name: 'user',
    autocomplete: 'off',
    spellcheck: 'false',
    autocapitalize: 'none',
  });
  const password = el('input', { name: 'password', type: 'password', autocomplete: 'off' });
  const form = el(
    'form',
    { id: 'fleet-login', class: 'controls', hidden: true },
    el('label', {}, 'user ', user),
    el('label', {}, 'password ', password),
    el('button', { type: 'submit' }, 'Connect'),
    el('span', { class: 'note' }, 'Kept in the memory of this page only.'),
  );
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const login = { username: user.value, password: password.value };
    password.value = '';
    connect(login.username === '' ? undefined : login);
  });
  return {
    form,
    /** @param {boolean} isShown */
    show(isShown) {
      if (form.hidden !== isShown) return;
      form.hidden = !isShown;
      if (isShown) user.focus();
      else password.value = '';
    },
  };
}
