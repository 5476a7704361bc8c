package io.quorlite.roles;

/**
 * The next step of a plan. A newcomer that gets the role it has already has arrived: what changes is that it joins no more.
 *
 * @param reason for the log and for people
 */
public record RoleChange(long memberId, Role role, String reason) {}
