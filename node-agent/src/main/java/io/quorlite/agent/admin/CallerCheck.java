package io.quorlite.agent.admin;

import java.security.cert.X509Certificate;

/** Says who the holder of a certificate is, whose chain was verified. Thread-safe; must not block. */
@FunctionalInterface
public interface CallerCheck {
    /** One that is not accepted, as when it was revoked, makes its holder anonymous. */
    Caller caller(X509Certificate certificate, String address);
}
