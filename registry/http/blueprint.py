"""flask-smorest dressed once: our problems, our JSON, one security scheme, one description."""

from __future__ import annotations

from typing import Any

import flask_smorest
from flask import Flask
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response

from registry.http.errors import http_error
from registry.http.problems import MEDIA_TYPE, ProblemSchema
from registry.http.reading import JsonParser

API_PREFIX = "/api/v1"
_SUMMARY = (
    "回流：再生资源循环的登记簿。The registry of a recycled-resource loop. "
    "Masses are decimal text in kg with at most three decimals, energies in kWh, moments ISO 8601 with a zone. "
    "Every refusal is an RFC 9457 problem whose `code` never changes; its page is /problems/{code}. "
    "Lists are paged by key: send the `next` of a page as `after`."
)

CONFIG = {
    "API_TITLE": "Huiliu 回流",
    "API_VERSION": "v1",
    "OPENAPI_VERSION": "3.1.0",
    "OPENAPI_URL_PREFIX": "/api",
    "OPENAPI_JSON_PATH": "openapi.json",
    "API_SPEC_OPTIONS": {
        "info": {"description": _SUMMARY, "license": {"name": "Apache-2.0"}},
        "components": {
            "securitySchemes": {
                "key": {"type": "http", "scheme": "bearer", "description": "A key: `Authorization: Bearer hl_…`"},
                "session": {"type": "apiKey", "in": "cookie", "name": "session", "description": "Signed in by page"},
            }
        },
        "security": [{"key": []}, {"session": []}, {}],
    },
}


class Blueprint(flask_smorest.Blueprint):  # type: ignore[misc,unused-ignore]
    """A noun of the API. `Blueprint("parties", __name__, url_prefix=API_PREFIX, description=…)`."""

    ARGUMENTS_PARSER = JsonParser()


class Api(flask_smorest.Api):  # type: ignore[misc,unused-ignore]
    """The extension, answering with our problems."""

    ERROR_SCHEMA = ProblemSchema

    def handle_http_exception(self, error: HTTPException) -> Response:
        """Same words as everywhere else."""
        return http_error(error)

    def _register_responses(self) -> None:
        """As the library does, in the media type of problems."""
        usual = flask_smorest.Api.DEFAULT_RESPONSE_CONTENT_TYPE
        self.DEFAULT_RESPONSE_CONTENT_TYPE = MEDIA_TYPE
        super()._register_responses()
        self.DEFAULT_RESPONSE_CONTENT_TYPE = usual


def make_api(app: Flask) -> Api:
    """Bind the API to the application; faces register their blueprints on it."""
    app.config.update(CONFIG)
    return Api(app)


def documented(api: Any) -> dict[str, Any]:
    """The whole description as a dictionary."""
    found: dict[str, Any] = api.spec.to_dict()
    return found
