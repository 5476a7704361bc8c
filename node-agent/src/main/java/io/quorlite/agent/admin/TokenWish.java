package io.quorlite.agent.admin;

import org.jspecify.annotations.Nullable;

/**
 * What is asked of a new token; {@code POST /v1/tokens}. Everything may be left out.
 *
 * @param role voter, standby or spare; auto or null for what the cluster needs
 * @param name the only name that may be joined with it
 */
public record TokenWish(
        @Nullable Long ttlSeconds,
        @Nullable Integer uses,
        @Nullable String role,
        @Nullable String name,
        @Nullable String description) {}
