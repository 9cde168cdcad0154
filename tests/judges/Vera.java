import java.io.File;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.verapdf.gf.foundry.VeraGreenfieldFoundryProvider;
import org.verapdf.pdfa.Foundries;
import org.verapdf.pdfa.PDFAParser;
import org.verapdf.pdfa.PDFAValidator;
import org.verapdf.pdfa.flavours.PDFAFlavour;
import org.verapdf.pdfa.results.TestAssertion;
import org.verapdf.pdfa.results.ValidationResult;

/** Judges files with veraPDF: flavours, then files; a tab-separated line per file, flavour and broken clause. */
public class Vera {
  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    List<String> flavours = new ArrayList<>();
    int next = 0;
    while (next < arguments.length && !arguments[next].endsWith(".pdf")) {
      flavours.add(arguments[next++]);
    }
    for (; next < arguments.length; next++) {
      for (String flavour : flavours) {
        judge(arguments[next], PDFAFlavour.fromString(flavour), flavour);
      }
    }
  }

  private static void judge(String file, PDFAFlavour flavour, String name) throws Exception {
    try (PDFAParser parser = Foundries.defaultInstance().createParser(new File(file), flavour)) {
      PDFAValidator validator = Foundries.defaultInstance().createValidator(flavour, false);
      ValidationResult result = validator.validate(parser);
      String verdict = result.isCompliant() ? "PASS" : "FAIL";
      System.out.println(verdict + "\t" + name + "\t" + file + "\t" + result.getTotalAssertions());
      Map<String, Integer> broken = new TreeMap<>();
      for (TestAssertion assertion : result.getTestAssertions()) {
        if (assertion.getStatus() == TestAssertion.Status.FAILED) {
          String clause = assertion.getRuleId().getClause() + "-" + assertion.getRuleId().getTestNumber();
          broken.merge(clause + " " + assertion.getMessage(), 1, Integer::sum);
        }
      }
      broken.forEach((clause, times) ->
          System.out.println("RULE\t" + name + "\t" + file + "\t" + clause.replace('\n', ' ') + " x" + times));
    }
  }
}
