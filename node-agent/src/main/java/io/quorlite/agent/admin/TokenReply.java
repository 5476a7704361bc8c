package io.quorlite.agent.admin;

import java.util.List;

/** A new token: the only place where its secret is shown. */
public record TokenReply(String token, String id, List<String> endpoints, String expires, long ttlSeconds, int uses) {}
