"""Graph's errors: one envelope, a code, sometimes a subcode. Source: `api/social.md` §1.8."""

from typing import Any


class GraphError(Exception):
    """An error envelope; HTTP is 400 unless told otherwise."""

    def __init__(
        self,
        code: int,
        message: str,
        subcode: int = 0,
        *,
        kind: str = "OAuthException",
        status: int = 400,
    ) -> None:
        super().__init__(f"{code} {message}")
        self.code = code
        self.message = message
        self.subcode = subcode
        self.kind = kind
        self.status = status

    def body(self, trace: str) -> dict[str, Any]:
        error = {"message": self.message, "type": self.kind, "code": self.code}
        if self.subcode:
            error["error_subcode"] = self.subcode
        if self.code in {1, 2}:
            error["is_transient"] = True
        return {"error": error | {"fbtrace_id": trace}}


def invalid(message: str, subcode: int = 0) -> GraphError:
    """Code 100: an invalid parameter."""
    return GraphError(100, f"(#100) {message}", subcode)


def missing(object_id: str, method: str = "get") -> GraphError:
    """100/33: the object does not exist or may not be seen."""
    message = (
        f"Unsupported {method.lower()} request. Object with ID '{object_id}' does not exist, "
        "cannot be loaded due to missing permissions, or does not support this operation"
    )
    return GraphError(100, message, 33, kind="GraphMethodException")


def unknown_field(name: str, node: str) -> GraphError:
    return invalid(f"Tried accessing nonexisting field ({name}) on node type ({node})")


def forbidden(permission: str) -> GraphError:
    message = f"(#200) Requires {permission} permission to manage the object"
    return GraphError(200, message, status=403)
