import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
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

/**
 * Judges files with veraPDF. Reads questions, a line each: flavours, then files, between tabs.
 * Answers with a tab-separated line per file, flavour and broken clause, and then with DONE.
 */
public class Vera {
  public static void main(String[] arguments) throws Exception {
    VeraGreenfieldFoundryProvider.initialise();
    BufferedReader questions =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String question = questions.readLine(); question != null; question = questions.readLine()) {
      answer(question.split("\t"));
      System.out.println("DONE");
    }
  }

  private static void answer(String[] words) throws Exception {
    List<String> flavours = new ArrayList<>();
    int next = 0;
    while (next < words.length && !words[next].endsWith(".pdf")) {
      flavours.add(words[next++]);
    }
    for (; next < words.length; next++) {
      for (String flavour : flavours) {
        judge(words[next], PDFAFlavour.fromString(flavour), flavour);
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
