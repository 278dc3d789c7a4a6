package job.model;

import java.util.List;

/** An invoice, as far as the branches read it. Texts may be null; see Amount.NONE and Day.NONE. */
public record Invoice(
    String number,
    int issueDate,
    String typeCode,
    String currency,
    int dueDate,
    String purchaseOrder,
    String goodsReceipt,
    int deliveryDate,
    String account,
    Party seller,
    Party buyer,
    List<Line> lines,
    List<VatSubtotal> vatBreakdown,
    Totals totals) {

    /** Seller or buyer. */
    public record Party(String name, String vatId, String country) {}

    /** A line. */
    public record Line(
        String itemId,
        String name,
        long quantity,
        String unit,
        long price,
        long baseQuantity,
        long net,
        String vatCategory,
        long vatRate) {}

    /** What one VAT rate applies to. */
    public record VatSubtotal(long rate, long taxable, long tax) {}

    /** The sums the invoice states. */
    public record Totals(
        long linesNet,
        long allowances,
        long charges,
        long net,
        long tax,
        long gross,
        long prepaid,
        long rounding,
        long payable) {}
}
