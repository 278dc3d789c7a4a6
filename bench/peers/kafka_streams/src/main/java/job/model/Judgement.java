package job.model;

import java.util.List;

/** A branch's answer about one invoice; the status by its place among the contract's symbols. */
public record Judgement(int status, List<Violation> violations, Details details) {

    /** The branch's own evidence. */
    public sealed interface Details
        permits ValidationDetails, InventoryDetails, FraudDetails, PricingDetails {}

    public record ValidationDetails(int rulesChecked) implements Details {}

    public record InventoryDetails(String purchaseOrder) implements Details {}

    public record FraudDetails(int score, List<Evidence> evidence) implements Details {}

    public record PricingDetails(String currency, long expectedNet, long invoicedNet) implements Details {}

    /** One signal of fraud. */
    public record Evidence(String signal, int points, String explanation) {}
}
