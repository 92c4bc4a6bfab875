// Starts Swagger UI. A file of its own, because the page's CSP allows no inline script.
const root = document.getElementById("swagger-ui");
SwaggerUIBundle({
  url: root.dataset.description,
  domNode: root,
  deepLinking: true,
  persistAuthorization: true,
  displayRequestDuration: true,
  validatorUrl: null,
});
