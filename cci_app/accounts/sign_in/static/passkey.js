// Asks the browser for a passkey and sends its answer with the form. A file of its own: the page allows no inline script.
const form = document.getElementById("passkey");
form.addEventListener("submit", async (event) => {
  if (form.elements.credential.value) return;
  event.preventDefault();
  try {
    const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(JSON.parse(form.dataset.options));
    const credential = await navigator.credentials.get({ publicKey });
    form.elements.credential.value = JSON.stringify(credential.toJSON());
  } catch {
    // The person said no, or the browser knows no passkeys: the server says so in their language.
    form.elements.credential.value = "{}";
  }
  form.submit();
});
