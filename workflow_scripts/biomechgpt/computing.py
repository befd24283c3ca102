"""The part of a module's syntax tree that computes something."""

import ast
from collections.abc import Iterator

LOGGERS = ("logging.getLogger", "job.start")  # what makes them
# Errors whose sentence nobody reads but the user whose run they end: no rule puts it into a file.
ENDING_ERRORS = ("InputError", "FloatingPointError", "PydanticCustomError")
# Arguments of pydantic's Field that explain a value or refuse it: what passes has the same value.
WORDS_AND_BOUNDS = (
    "title", "description", "examples", "ge", "gt", "le", "lt", "multiple_of", "min_length",
    "max_length", "pattern",
)  # fmt: skip
CAN_COMPUTE = (
    ast.Call, ast.NamedExpr, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp, ast.Await,
    ast.Yield, ast.YieldFrom,
)  # fmt: skip


def without_words(tree: ast.Module) -> ast.Module:
    """Take out of `tree`, in place, what can be written otherwise without any result changing.

    Docstrings and other constants that stand alone; annotations of functions; words and bounds of
    pydantic's fields; and of the arguments of a logger's methods and of `InputError(...)`, raised or
    collected, all but the calls in them, which could compute something on the way.
    """
    loggers = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
        for target in node.targets
        if isinstance(target, ast.Name) and ast.unparse(node.value.func) in LOGGERS
    }
    return _WithoutWords(loggers).visit(tree)


class _WithoutWords(ast.NodeTransformer):
    def __init__(self, loggers: set[str]):
        self.loggers = loggers

    def visit_Expr(self, node: ast.Expr) -> ast.AST | None:
        match node.value:
            case ast.Constant():
                return None
            case ast.Call(func=ast.Attribute(value=ast.Name(name))) if name in self.loggers:
                _keep_calls(node.value)
        return self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> ast.AST:
        match node.func:
            case ast.Name("Field"):
                node.keywords = [word for word in node.keywords if word.arg not in WORDS_AND_BOUNDS]
            case ast.Name(name) if name in ENDING_ERRORS:
                _keep_calls(node)
        return self.generic_visit(node)

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.arg:
        node.annotation = None
        return node


def _keep_calls(call: ast.Call) -> None:
    call.args = [kept for argument in call.args for kept in _calls(argument)]
    call.args += [kept for keyword in call.keywords for kept in _calls(keyword.value)]
    call.keywords = []


def _calls(node: ast.AST) -> Iterator[ast.AST]:
    """The outermost parts of an expression that could compute something."""
    if isinstance(node, CAN_COMPUTE):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _calls(child)
