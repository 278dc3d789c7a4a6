package job.rules;

import static job.model.Amount.ONE;
import static job.rules.Findings.blank;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import job.model.Amount;
import job.model.Day;
import job.model.Invoice;
import job.model.Invoice.Line;
import job.model.Judgement;
import job.model.Judgement.InventoryDetails;

/** Was it ordered? */
public final class Inventory {
    private static final int AVAILABLE = 0;
    private static final int LIMITED = 1;
    private static final int UNAVAILABLE = 2;
    private static final long MOST_BILLED = 1_000 * ONE;
    private static final long MOST_IN_A_LINE = 500 * ONE;

    private Inventory() {}

    /** Judges an invoice and adds it to what has been billed; `billed` is null without an order. */
    public static Judgement judge(Invoice invoice, Billed billed) {
        Findings found = new Findings();
        List<Line> lines = invoice.lines();
        if (blank(invoice.purchaseOrder())) {
            found.warning("INV-ORDER", "The invoice names no order.", "purchase_order");
        }
        if (lines.isEmpty()) {
            found.error("INV-LINES", "There is nothing to match.", "lines");
        }
        if (Day.known(invoice.issueDate())
            && Day.known(invoice.deliveryDate())
            && invoice.deliveryDate() > invoice.issueDate()) {
            found.warning("INV-EARLY", "It was billed before delivery.", "delivery_date");
        }
        if ("".equals(invoice.goodsReceipt())) {
            found.warning("INV-RECEIPT", "The goods receipt is blank.", "goods_receipt");
        }
        Set<String> seen = new HashSet<>();
        for (int number = 0; number < lines.size(); number++) {
            checkLine(lines.get(number), Findings.line(number), seen, billed, found);
        }
        InventoryDetails details = new InventoryDetails(invoice.purchaseOrder());
        return found.judgement(AVAILABLE, LIMITED, UNAVAILABLE, details);
    }

    private static void checkLine(
        Line line, String field, Set<String> seen, Billed billed, Findings found) {
        long quantity = line.quantity();
        if (!Amount.known(quantity)) {
            found.error("INV-QUANTITY", "A line has no quantity.", field);
            return;
        }
        if (quantity == 0) {
            found.warning("INV-ZERO", "A line bills nothing.", field);
        }
        if (quantity < 0) {
            found.warning("INV-RETURN", "A line gives back.", field);
        }
        if (quantity > MOST_IN_A_LINE) {
            found.warning("INV-MOST", "A line bills too much.", field);
        }
        if (blank(line.unit())) {
            found.warning("INV-UNIT", "A line has no unit.", field);
        }
        if (blank(line.itemId())) {
            found.warning("INV-ITEM", "A line names no item.", field);
            return;
        }
        if (!seen.add(line.itemId())) {
            found.warning("INV-TWICE", "An item stands twice.", field);
        }
        if (billed != null && billed.add(line.itemId(), quantity) > MOST_BILLED) {
            found.warning("INV-OVER", "The order is used up.", field);
        }
    }
}
