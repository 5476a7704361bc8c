package io.quorlite.faults.history;

import com.google.gson.Gson;
import com.google.gson.GsonBuilder;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParseException;
import com.google.gson.TypeAdapter;
import com.google.gson.TypeAdapterFactory;
import com.google.gson.reflect.TypeToken;
import com.google.gson.stream.JsonReader;
import com.google.gson.stream.JsonWriter;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON form of a history's lines: records as objects, in the order of their components, with the name of a sealed
 * family's member in front; absent parts left out. Equal lines have equal text. Thread-safe.
 */
final class HistoryJson {
    private static final String TYPE = "type";
    private static final Gson GSON = new GsonBuilder()
            .disableHtmlEscaping()
            .registerTypeAdapterFactory(new SealedFamily())
            .create();

    private HistoryJson() {}

    static String encode(HistoryLine line) {
        return GSON.toJson(line, HistoryLine.class);
    }

    /** @throws JsonParseException if {@code text} is no line of a history */
    static HistoryLine decode(String text) {
        HistoryLine line;
        try {
            line = GSON.fromJson(text, HistoryLine.class);
        } catch (RuntimeException e) {
            throw new JsonParseException("not a line of a history", e); // gson passes on what the records throw
        }
        if (line == null) {
            throw new JsonParseException("empty line");
        }
        return line;
    }

    /** The name of a record in the JSON: {@code LeaseGrant} is {@code lease-grant}. */
    private static String nameOf(Class<?> type) {
        return type.getSimpleName().replaceAll("(?<=[a-z])(?=[A-Z])", "-").toLowerCase(Locale.ROOT);
    }

    private static final class SealedFamily implements TypeAdapterFactory {
        @Override
        public <T> @Nullable TypeAdapter<T> create(Gson gson, TypeToken<T> type) {
            if (!type.getRawType().isSealed()) {
                return null;
            }
            Map<String, TypeAdapter<? extends T>> byType = new LinkedHashMap<>();
            Map<Class<?>, TypeAdapter<? extends T>> byClass = new LinkedHashMap<>();
            addMembers(gson, type.getRawType(), byType, byClass);
            return new FamilyAdapter<>(byType, byClass).nullSafe();
        }

        @SuppressWarnings("unchecked") // the members of T's family are subtypes of T
        private static <T> void addMembers(
                Gson gson,
                Class<?> family,
                Map<String, TypeAdapter<? extends T>> byType,
                Map<Class<?>, TypeAdapter<? extends T>> byClass) {
            for (Class<?> member : family.getPermittedSubclasses()) {
                if (member.isSealed()) {
                    addMembers(gson, member, byType, byClass);
                } else {
                    TypeAdapter<? extends T> adapter = (TypeAdapter<? extends T>) gson.getAdapter(member);
                    byClass.put(member, adapter);
                    if (byType.put(nameOf(member), adapter) != null) {
                        throw new IllegalStateException("two records of one name: " + member);
                    }
                }
            }
        }
    }

    private static final class FamilyAdapter<T> extends TypeAdapter<T> {
        private final Map<String, TypeAdapter<? extends T>> byType;
        private final Map<Class<?>, TypeAdapter<? extends T>> byClass;

        FamilyAdapter(Map<String, TypeAdapter<? extends T>> byType, Map<Class<?>, TypeAdapter<? extends T>> byClass) {
            this.byType = byType;
            this.byClass = byClass;
        }

        @Override
        @SuppressWarnings("unchecked") // the adapter stored for a class is the adapter of that class
        public void write(JsonWriter out, T value) throws IOException {
            TypeAdapter<T> adapter = (TypeAdapter<T>) byClass.get(value.getClass());
            if (adapter == null) {
                throw new IllegalArgumentException("no member of the family: " + value.getClass());
            }
            JsonObject tagged = new JsonObject();
            tagged.addProperty(TYPE, nameOf(value.getClass()));
            adapter.toJsonTree(value).getAsJsonObject().asMap().forEach((name, part) -> {
                if (!part.isJsonNull()) {
                    tagged.add(name, part);
                }
            });
            GSON.toJson(tagged, out);
        }

        @Override
        public T read(JsonReader in) throws IOException {
            JsonObject tagged = GSON.<JsonObject>fromJson(in, JsonObject.class);
            JsonElement type = tagged.remove(TYPE);
            TypeAdapter<? extends T> adapter = type == null ? null : byType.get(type.getAsString());
            if (adapter == null) {
                throw new JsonParseException("unknown type: " + type);
            }
            return adapter.fromJsonTree(tagged);
        }
    }
}
