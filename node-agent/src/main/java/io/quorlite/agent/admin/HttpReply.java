package io.quorlite.agent.admin;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** An answer of the admin API. It always has a length: the server never answers in chunks. */
record HttpReply(int status, String body) {
    private static final int HEAD_BYTES_MAX = 16 << 10;
    private static final int BODY_BYTES_MAX = 16 << 20;

    /** The request was sent, and there is no whole answer to it: nobody knows here whether it was carried out. */
    static final class LostException extends IOException {
        private static final long serialVersionUID = 1;

        private final IOException reason;

        LostException(IOException reason) {
            super(reason.getMessage(), reason);
            this.reason = reason;
        }

        IOException reason() {
            return reason;
        }
    }

    /**
     * Sends a request and reads its answer. Blocks.
     *
     * @throws LostException if it failed after the request was sent
     */
    static HttpReply exchange(
            InputStream in, OutputStream out, String host, String method, String path, String body, String forwardedFor)
            throws IOException {
        byte[] content = body.getBytes(StandardCharsets.UTF_8);
        StringBuilder head = new StringBuilder()
                .append(method)
                .append(' ')
                .append(path)
                .append(" HTTP/1.1\r\nHost: ")
                .append(host)
                .append("\r\nConnection: close\r\nAccept: application/json\r\n");
        if (!forwardedFor.isEmpty()) {
            head.append(AdminServer.FORWARDED_FOR)
                    .append(": ")
                    .append(forwardedFor)
                    .append("\r\n");
        }
        if (content.length > 0) {
            head.append("Content-Type: application/json\r\n");
        }
        head.append("Content-Length: ").append(content.length).append("\r\n\r\n");
        ByteArrayOutputStream request = new ByteArrayOutputStream();
        request.write(head.toString().getBytes(StandardCharsets.US_ASCII));
        request.write(content);
        out.write(request.toByteArray());
        out.flush();
        try {
            return read(in);
        } catch (IOException e) {
            throw new LostException(e);
        }
    }

    private static HttpReply read(InputStream in) throws IOException {
        String[] lines = head(in).split("\r\n");
        String[] first = lines[0].split(" ", 3);
        if (first.length < 2 || !first[0].startsWith("HTTP/1.")) {
            throw new IOException("the answer is not HTTP: '" + lines[0] + "'");
        }
        int length = -1;
        for (String line : lines) {
            if (line.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
                length = Integer.parseInt(
                        line.substring("content-length:".length()).strip());
            }
        }
        if (length < 0 || length > BODY_BYTES_MAX) {
            throw new IOException("the answer has no length that fits: " + length);
        }
        byte[] body = in.readNBytes(length);
        if (body.length < length) {
            throw new EOFException("the answer broke off");
        }
        return new HttpReply(Integer.parseInt(first[1]), new String(body, StandardCharsets.UTF_8));
    }

    private static String head(InputStream in) throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        int ends = 0; // of the four bytes that end a head
        while (ends < 4) {
            int next = in.read();
            if (next < 0 || head.size() > HEAD_BYTES_MAX) {
                throw new EOFException(
                        head.size() == 0 ? "connection closed without an answer" : "the answer broke off");
            }
            head.write(next);
            ends = next == (ends % 2 == 0 ? '\r' : '\n') ? ends + 1 : next == '\r' ? 1 : 0;
        }
        return head.toString(StandardCharsets.US_ASCII);
    }
}
