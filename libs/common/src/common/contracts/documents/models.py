"""Contracts as Pydantic models, for their JSON schemas."""

from __future__ import annotations

import ast
import inspect
from functools import cache
from itertools import pairwise
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import msgspec
from pydantic import BaseModel, Field, create_model

from common.contracts.base import Contract


@cache
def model_of(contract: type[Contract]) -> type[BaseModel]:
    """Of the same name and with the same fields, each described by the text below it."""
    meanings = _meanings(contract)
    fields: dict[str, Any] = {
        field.name: (
            _with_models(field.type),
            Field(... if field.required else field.default, description=meanings.get(field.name)),
        )
        for field in msgspec.structs.fields(contract)
    }
    return create_model(contract.__name__, __doc__=contract.__doc__, __module__=contract.__module__, **fields)


def _with_models(hint: Any) -> Any:
    """The type with a model for every contract inside it."""
    match get_origin(hint):
        case None:
            return model_of(hint) if inspect.isclass(hint) and issubclass(hint, Contract) else hint
        case origin if origin is Literal:
            return hint
        case origin if origin is UnionType:
            return Union[tuple(map(_with_models, get_args(hint)))]  # noqa: UP007  made at run time
        case origin:
            return origin[tuple(map(_with_models, get_args(hint)))]


def _meanings(contract: type[Contract]) -> dict[str, str]:
    """The text below each field, by its name."""
    (written,) = ast.parse(inspect.getsource(contract)).body
    assert isinstance(written, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(text)
        for field, below in pairwise(written.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and (text := _text(below))
    }


def _text(statement: ast.stmt) -> str | None:
    match statement:
        case ast.Expr(ast.Constant(str(text))):
            return text
    return None
