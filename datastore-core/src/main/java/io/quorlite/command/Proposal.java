package io.quorlite.command;

/** A command with the id under which its maker waits for it. */
public record Proposal(RequestId id, Command command) {}
