"""`newsloom completion`: the script that completes commands and options in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

VARIABLE = "_NEWSLOOM_COMPLETE"


@click.command("completion")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(shell: str) -> None:
    """Print a script with which the shell completes commands, options and file names.

    \b
    bash    add to ~/.bashrc:   eval "$(newsloom completion bash)"
    zsh     add to ~/.zshrc:    eval "$(newsloom completion zsh)"
    fish    newsloom completion fish > ~/.config/fish/completions/newsloom.fish
    """
    found = get_completion_class(shell)
    assert found is not None, "the choices are click's"
    root = click.get_current_context().find_root().command
    click.echo(found(root, {}, "newsloom", VARIABLE).source())
