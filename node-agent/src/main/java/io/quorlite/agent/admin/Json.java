package io.quorlite.agent.admin;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonParseException;
import com.google.gson.LongSerializationPolicy;
import io.quorlite.agent.refusal.ExitCode;
import io.quorlite.agent.refusal.Refusal;

/** JSON as the admin API and the commands write it: 64-bit numbers are strings, what is not known is left out. */
public final class Json {
    private static final Gson GSON = new GsonBuilder()
            .disableHtmlEscaping()
            .setLongSerializationPolicy(LongSerializationPolicy.STRING)
            .create();

    private Json() {}

    public static String write(Object value) {
        return GSON.toJson(value);
    }

    public static JsonElement tree(Object value) {
        return GSON.toJsonTree(value);
    }

    /** @throws Refusal if {@code text} is no JSON, or not of that form */
    public static <T> T read(String text, Class<T> type) {
        try {
            T value = GSON.fromJson(text, type);
            if (value == null) {
                throw malformed("nothing was sent");
            }
            return value;
        } catch (JsonParseException e) {
            throw malformed(String.valueOf(e.getMessage()));
        }
    }

    private static Refusal malformed(String problem) {
        return new Refusal(ExitCode.USAGE, "MALFORMED", "not the JSON that was expected: " + problem, "");
    }
}
