package job.rules;

import static job.model.Amount.HUNDRED;
import static job.model.Amount.known;
import static job.model.Amount.orZero;
import static job.rules.Findings.blank;

import job.model.Amount;
import job.model.Day;
import job.model.Invoice;
import job.model.Invoice.Line;
import job.model.Invoice.Totals;
import job.model.Invoice.VatSubtotal;
import job.model.Judgement;
import job.model.Judgement.ValidationDetails;

/** Is the invoice a correct invoice? */
public final class Validation {
    private static final int APPROVED = 0;
    private static final int REJECTED = 1;
    private static final ValidationDetails DETAILS = new ValidationDetails(15);

    private Validation() {}

    public static Judgement judge(Invoice invoice) {
        Findings found = new Findings();
        checkPresence(invoice, found);
        checkSums(invoice, found);
        checkVat(invoice, found);
        if (Day.known(invoice.dueDate())
            && Day.known(invoice.issueDate())
            && invoice.dueDate() < invoice.issueDate()) {
            found.warning("JOB-DUE", "It is due before it was issued.", "due_date");
        }
        return found.judgement(APPROVED, APPROVED, REJECTED, DETAILS);
    }

    private static void checkPresence(Invoice invoice, Findings found) {
        if (blank(invoice.number())) {
            found.error("BR-02", "The invoice has no number.", "number");
        }
        if (!Day.known(invoice.issueDate())) {
            found.error("BR-03", "The invoice has no date.", "issue_date");
        }
        if (blank(invoice.typeCode())) {
            found.error("BR-04", "The invoice has no type.", "type_code");
        }
        if (blank(invoice.currency())) {
            found.error("BR-05", "The invoice has no currency.", "currency");
        } else if (!isCode(invoice.currency())) {
            found.error("BR-CL-04", "The currency is no ISO 4217 code.", "currency");
        }
        if (blank(invoice.seller().name())) {
            found.error("BR-06", "The seller has no name.", "seller.name");
        }
        if (blank(invoice.buyer().name())) {
            found.error("BR-07", "The buyer has no name.", "buyer.name");
        }
        if (blank(invoice.seller().country())) {
            found.error("BR-09", "The seller has no country.", "seller.address.country");
        }
        if (invoice.lines().isEmpty()) {
            found.error("BR-16", "The invoice has no line.", "lines");
        }
    }

    private static void checkSums(Invoice invoice, Findings found) {
        Totals totals = invoice.totals();
        if (known(totals.linesNet())) {
            long sum = 0;
            for (Line line : invoice.lines()) {
                sum = Math.addExact(sum, orZero(line.net()));
            }
            if (sum != totals.linesNet()) {
                found.error("BR-CO-10", "The lines add up to another sum.", "totals.lines_net");
            }
            if (known(totals.net())
                && totals.net() != plus(totals.linesNet(), totals.allowances(), totals.charges())) {
                found.error("BR-CO-13", "The net total is wrong.", "totals.net");
            }
        }
        if (known(totals.tax())) {
            long sum = 0;
            for (VatSubtotal subtotal : invoice.vatBreakdown()) {
                sum = Math.addExact(sum, orZero(subtotal.tax()));
            }
            if (sum != totals.tax()) {
                found.error("BR-CO-14", "The VAT adds up to another sum.", "totals.tax");
            }
        }
        if (known(totals.net())
            && known(totals.gross())
            && totals.gross() != Math.addExact(totals.net(), orZero(totals.tax()))) {
            found.error("BR-CO-15", "The gross total is wrong.", "totals.gross");
        }
        if (known(totals.gross())
            && known(totals.payable())
            && totals.payable() != plus(totals.gross(), totals.prepaid(), totals.rounding())) {
            found.error("BR-CO-16", "The amount due is wrong.", "totals.payable");
        }
    }

    private static void checkVat(Invoice invoice, Findings found) {
        for (VatSubtotal subtotal : invoice.vatBreakdown()) {
            if (known(subtotal.taxable())
                && known(subtotal.tax())
                && known(subtotal.rate())
                && subtotal.tax() != Amount.toCents(subtotal.taxable(), subtotal.rate(), HUNDRED)) {
                found.error("BR-CO-17", "The VAT amount is wrong.", "vat_breakdown");
            }
        }
    }

    private static long plus(long amount, long less, long more) {
        return Math.addExact(Math.subtractExact(amount, orZero(less)), orZero(more));
    }

    /** Three ASCII characters, at least one letter among them, no small ones. */
    private static boolean isCode(String currency) {
        boolean capital = false;
        for (int index = 0; index < currency.length(); index++) {
            char each = currency.charAt(index);
            if (each > 127 || each >= 'a' && each <= 'z') {
                return false;
            }
            capital |= each >= 'A' && each <= 'Z';
        }
        return capital && currency.length() == 3;
    }
}
