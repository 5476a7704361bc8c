package io.quorlite.agent.pki;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;
import javax.naming.ldap.Rdn;

/**
 * Who a certificate says its holder is: {@code spiffe://<cluster id>/node/<member id>} for a member, {@code …/client/<name>} and
 * {@code …/admin/<name>} for others.
 *
 * @param memberId 0 for others than members
 * @param name of the member or the holder, as in the CN
 */
public record LeafIdentity(long clusterId, CertificateRole role, long memberId, String name) {
    private static final int URI = 6; // RFC 5280 4.2.1.6: GeneralName's choices
    private static final Pattern FORM =
            Pattern.compile("spiffe://([0-9a-f]{16})/(node|client|admin)/([A-Za-z0-9._-]{1,64})");
    private static final Pattern MEMBER = Pattern.compile("[0-9a-f]{16}");
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    public LeafIdentity {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a name has 1 to 64 letters, digits, dots, hyphens or underscores, not '" + name + "'");
        }
        if ((role == CertificateRole.NODE) != (memberId != 0)) {
            throw new IllegalArgumentException(role.word() + " " + name + " with member id " + hex(memberId));
        }
    }

    public static LeafIdentity node(long clusterId, long memberId, String name) {
        return new LeafIdentity(clusterId, CertificateRole.NODE, memberId, name);
    }

    public static LeafIdentity client(long clusterId, String name) {
        return new LeafIdentity(clusterId, CertificateRole.CLIENT, 0, name);
    }

    public static LeafIdentity admin(long clusterId, String name) {
        return new LeafIdentity(clusterId, CertificateRole.ADMIN, 0, name);
    }

    /** What {@code certificate} says; empty where it is none of a cluster's, or contradicts itself. */
    public static Optional<LeafIdentity> of(X509Certificate certificate) {
        List<String> uris = uris(certificate);
        if (uris.size() != 1) {
            return Optional.empty();
        }
        Matcher form = FORM.matcher(uris.get(0));
        if (!form.matches()) {
            return Optional.empty();
        }
        CertificateRole role = CertificateRole.of(form.group(2)).orElseThrow();
        String holder = form.group(3);
        String name = subjectPart(certificate, "CN").orElse("");
        boolean node = role == CertificateRole.NODE;
        boolean whole = subjectPart(certificate, "OU").equals(Optional.of(role.word()))
                && NAME.matcher(name).matches()
                && (node ? MEMBER.matcher(holder).matches() : holder.equals(name));
        if (!whole) {
            return Optional.empty();
        }
        long memberId = node ? Long.parseUnsignedLong(holder, 16) : 0;
        long clusterId = Long.parseUnsignedLong(form.group(1), 16);
        return node && memberId == 0
                ? Optional.empty()
                : Optional.of(new LeafIdentity(clusterId, role, memberId, name));
    }

    String uri() {
        return "spiffe://" + hex(clusterId) + "/" + role.word() + "/"
                + (role == CertificateRole.NODE ? hex(memberId) : name);
    }

    private static List<String> uris(X509Certificate certificate) {
        try {
            Collection<List<?>> names = certificate.getSubjectAlternativeNames();
            return names == null
                    ? List.of()
                    : names.stream()
                            .filter(entry -> entry.get(0).equals(URI))
                            .map(entry -> String.valueOf(entry.get(1)))
                            .toList();
        } catch (CertificateParsingException e) {
            return List.of();
        }
    }

    private static Optional<String> subjectPart(X509Certificate certificate, String type) {
        try {
            List<String> parts = new LdapName(
                            certificate.getSubjectX500Principal().getName())
                    .getRdns().stream()
                            .filter(rdn -> rdn.getType().equalsIgnoreCase(type))
                            .map(Rdn::getValue)
                            .map(String::valueOf)
                            .toList();
            return parts.size() == 1 ? Optional.of(parts.get(0)) : Optional.empty();
        } catch (InvalidNameException e) {
            return Optional.empty();
        }
    }

    public static String hex(long id) {
        return String.format(Locale.ROOT, "%016x", id);
    }
}
