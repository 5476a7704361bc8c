package io.quorlite.agent.token;

import io.quorlite.agent.pki.IpLiteral;
import io.quorlite.agent.pki.SpkiPin;
import io.quorlite.mvcc.Bytes;
import io.quorlite.replication.PeerAddress;
import io.quorlite.roles.Role;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32C;
import org.jspecify.annotations.Nullable;

/**
 * A token as bytes, big-endian, which are then base64url without padding:
 *
 * <pre>
 * version u8 | length u16 | cluster u64 | id u32 | secret 16 | expires u32, seconds | role u8 | pins u8 | pin 32 … |
 * endpoints u8 | endpoint … | CRC-32C u32 of all before it
 * endpoint: kind u8 (4, 6, or 1 for a name) | 4 or 16 bytes, or u8 length and the name | port u16
 * </pre>
 *
 * The length, of all bytes, stands near the front so that a token that was cut can be told from one that was mistyped.
 */
final class TokenCodec {
    private static final int VERSION = 1;
    private static final int LENGTH_END = 3; // version and length
    private static final int BYTES_MAX = 4096;
    private static final int CRC_BYTES = 4;
    private static final int NAME = 1;

    private TokenCodec() {}

    static String encode(JoinToken token) {
        ByteBuffer out = ByteBuffer.allocate(BYTES_MAX);
        out.put((byte) VERSION).putShort((short) 0);
        out.putLong(token.clusterId())
                .putInt(token.id().value())
                .put(token.secret().bytes());
        out.putInt((int) token.expires().getEpochSecond());
        Role role = token.role();
        out.put((byte) (role == null ? 0 : codeOf(role)));
        out.put((byte) token.pins().size());
        token.pins().forEach(pin -> out.put(pin.sha256().unsafeArray()));
        out.put((byte) token.endpoints().size());
        token.endpoints().forEach(endpoint -> putEndpoint(out, endpoint));
        int length = out.position() + CRC_BYTES;
        out.putShort(1, (short) length);
        out.putInt(crc(out.array(), out.position()));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(out.array(), length));
    }

    private static void putEndpoint(ByteBuffer out, PeerAddress endpoint) {
        byte[] address = IpLiteral.parse(endpoint.host()).orElse(null);
        if (address != null) {
            out.put((byte) (address.length == 4 ? 4 : 6)).put(address);
        } else {
            byte[] name = endpoint.host().getBytes(StandardCharsets.US_ASCII);
            out.put((byte) NAME).put((byte) name.length).put(name);
        }
        out.putShort((short) endpoint.port());
    }

    static JoinToken decode(String text) {
        byte[] bytes = fromBase64(text);
        if (bytes.length > 0 && bytes[0] != VERSION) {
            throw new MalformedTokenException(
                    "The token is of a form that this version does not know. Install the version that the cluster runs.");
        }
        requireWhole(text, bytes);
        int end = bytes.length - CRC_BYTES;
        if (ByteBuffer.wrap(bytes).getInt(end) != crc(bytes, end)) {
            throw new MalformedTokenException(
                    "The token was changed on its way: its checksum does not match. Copy it again.");
        }
        try {
            return read(ByteBuffer.wrap(bytes, 0, end));
        } catch (BufferUnderflowException | IllegalArgumentException e) {
            throw new MalformedTokenException("The token makes no sense, though its checksum matches");
        }
    }

    private static byte[] fromBase64(String text) {
        if (!text.matches("[A-Za-z0-9_-]*")) {
            throw new MalformedTokenException("The token has characters in it that no token has. Copy it again.");
        }
        // A single character left over carries no whole byte; the decoder would not take it.
        String whole = text.length() % 4 == 1 ? text.substring(0, text.length() - 1) : text;
        return Base64.getUrlDecoder().decode(whole);
    }

    private static void requireWhole(String text, byte[] bytes) {
        if (bytes.length < LENGTH_END) {
            throw new MalformedTokenException("Token is incomplete: only its beginning is there");
        }
        int length = ByteBuffer.wrap(bytes).getShort(1) & 0xffff;
        int characters = (length * 8 + 5) / 6;
        int missing = characters - text.length();
        if (missing > 0 && length <= BYTES_MAX) {
            throw new MalformedTokenException("Token is incomplete: " + missing
                    + (missing == 1 ? " character is" : " characters are") + " missing at the end");
        }
        if (missing != 0 || length < LENGTH_END + CRC_BYTES) {
            throw new MalformedTokenException(
                    "The token is longer than it says, or was changed on its way. Copy it again.");
        }
    }

    private static JoinToken read(ByteBuffer in) {
        in.position(LENGTH_END);
        long clusterId = in.getLong();
        TokenId id = new TokenId(in.getInt());
        TokenSecret secret = TokenSecret.of(take(in, TokenSecret.LENGTH));
        Instant expires = Instant.ofEpochSecond(Integer.toUnsignedLong(in.getInt()));
        Role role = roleOf(in.get());
        List<SpkiPin> pins = new ArrayList<>();
        for (int left = in.get() & 0xff; left > 0; left--) {
            pins.add(new SpkiPin(Bytes.wrap(take(in, SpkiPin.LENGTH))));
        }
        List<PeerAddress> endpoints = new ArrayList<>();
        for (int left = in.get() & 0xff; left > 0; left--) {
            endpoints.add(endpoint(in));
        }
        // What follows is a later version's to say.
        return new JoinToken(clusterId, id, secret, pins, role, expires, endpoints);
    }

    private static PeerAddress endpoint(ByteBuffer in) {
        int kind = in.get();
        String host = switch (kind) {
            case 4 -> IpLiteral.format(take(in, 4));
            case 6 -> IpLiteral.format(take(in, 16));
            case NAME -> new String(take(in, in.get() & 0xff), StandardCharsets.US_ASCII);
            default -> throw new IllegalArgumentException("an address of kind " + kind);
        };
        return new PeerAddress(host, in.getShort() & 0xffff);
    }

    private static byte[] take(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static int codeOf(Role role) {
        return switch (role) {
            case VOTER -> 1;
            case STANDBY -> 2;
            case SPARE -> 3;
        };
    }

    private static @Nullable Role roleOf(int code) {
        return switch (code) {
            case 0 -> null;
            case 1 -> Role.VOTER;
            case 2 -> Role.STANDBY;
            case 3 -> Role.SPARE;
            default -> throw new IllegalArgumentException("a role of code " + code);
        };
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
