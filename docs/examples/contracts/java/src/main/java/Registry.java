import java.util.Map;

/** What Apicurio's serializers need to write and read as Confluent's do. */
final class Registry {
    private Registry() {}

    static Map<String, Object> settings(String url) {
        return Map.of(
            "apicurio.registry.url", url + "/apis/registry/v2",
            // A zero byte and four bytes of id, not eight.
            "apicurio.registry.as-confluent", true,
            // The registry's Confluent-compatible interface numbers contents.
            "apicurio.registry.use-id", "contentId",
            "apicurio.registry.headers.enabled", false,
            // The subject TOPIC-value; what is not registered there is no contract.
            "apicurio.registry.artifact-resolver-strategy",
            "io.apicurio.registry.serde.strategy.TopicIdStrategy",
            "apicurio.registry.find-latest", true);
    }
}
