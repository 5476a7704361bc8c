package io.quorlite.roles;

import org.jspecify.annotations.Nullable;

/**
 * What the plan knows of a member.
 *
 * @param role what it is now
 * @param wish what an operator pinned it to, null for whatever the plan wants
 * @param leader whether it leads
 * @param online whether the leader has heard of it lately
 * @param caughtUp whether it lags so little that a vote of its would not hold the others up
 * @param joining whether it has not reached its first role yet
 * @param draining whether it is to give up vote and leadership as soon as that is safe
 * @param failureDomain what fails together with it, empty for unknown
 * @param weight of two candidates the one with the lower weight is preferred
 */
public record RoleMember(
        long id,
        Role role,
        @Nullable Role wish,
        boolean leader,
        boolean online,
        boolean caughtUp,
        boolean joining,
        boolean draining,
        String failureDomain,
        int weight) {}
