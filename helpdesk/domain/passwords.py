"""What makes a password too easy, whatever its length (CNIL 2022-100; NIST SP 800-63B-4, 3.1.1.2)."""

from collections.abc import Iterable

from helpdesk.domain.folding import fold, fold_words

# fmt: off
_COMMON = frozenset((
    "012345", "0123456789", "123456", "1234567", "12345678", "123456789", "1234567890", "abc123", "abcdef",
    "abcdefgh", "abricot", "accueil", "admin", "administrateur", "administratif", "administrator", "alexandre",
    "amandine", "amour", "amoureux", "anatole", "andrea", "angel", "angela", "anthony", "antoine", "aqwzsx",
    "arthur", "asdfgh", "asdfghjkl", "assistance", "aubergine", "automne", "azerty", "azerty123", "azertyuiop",
    "baseball", "basket", "bataille", "bateau", "batman", "beaute", "bebe", "bienvenue", "bijoux", "bisous",
    "bonheur", "bonjour", "bordeaux", "brest", "bretagne", "bulletin", "butterfly", "cachou", "calin", "camille",
    "canard", "caramel", "caroline", "catherine", "celine", "cerise", "chance", "changeme", "changer",
    "changezmoi", "charlie", "charlotte", "chaton", "chocolat", "chouchou", "chouette", "christian", "christine",
    "cinema", "citron", "claire", "clementine", "coco", "coeur", "college", "computer", "concours", "confiance",
    "connexion", "corentin", "coucou", "courage", "croissant", "daniel", "dauphin", "default", "defi", "demo",
    "denise", "depart", "direction", "doudou", "doudoune", "dragon", "ecole", "education", "educationnationale",
    "electeur", "election", "electionprofessionnelle", "elections", "electionspro", "electionsprofessionnelles",
    "emilie", "emmanuel", "enseignant", "ensemble", "epsilon", "espoir", "ete", "etoile", "examen", "facebook",
    "famille", "fanfan", "fleur", "florian", "foot", "football", "france", "francois", "freedom", "fripouille",
    "fromage", "gabriel", "garage", "genevieve", "gerard", "gribouille", "guitare", "hello", "helpdesk", "hiver",
    "hockey", "horizon", "iloveyou", "internet", "isabelle", "jardin", "jennifer", "jeremy", "jerome", "jerusalem",
    "jessica", "jesus", "jetadore", "jetaime", "jeunesse", "jordan", "julien", "juliette", "jupiter", "kevin",
    "laetitia", "lapin", "laurent", "letmein", "liberte", "lilou", "lionel", "login", "london", "louise", "loulou",
    "lovely", "loveyou", "lucie", "lundi", "lune", "lycee", "madame", "magique", "mairie", "maison", "maman",
    "mamanpapa", "mamie", "manon", "margaux", "marie", "marine", "marion", "marseille", "martine", "master",
    "mathieu", "matrix", "maxime", "melanie", "mercredi", "merveille", "mignon", "minou", "mireille", "monamour",
    "monique", "monkey", "montagne", "motdepass", "motdepasse", "motsdepasse", "mustang", "mystere", "naruto",
    "nathalie", "national", "nationale", "nicolas", "nissan", "nounours", "nouveau", "novembre", "octobre",
    "olivier", "orange", "oxygene", "papa", "papillon", "parents", "paris", "pascal", "passeport", "passion",
    "passw", "passw0rd", "password", "password1", "patate", "patricia", "patrick", "pauline", "peinture",
    "pepette", "philippe", "pierre", "piscine", "plage", "poisson", "police", "poney", "porsche", "portail",
    "poupette", "prince", "princesse", "printemps", "professeur", "profs", "provence", "public", "pupuce",
    "quentin", "qwerty", "qwertyuiop", "qwertz", "rainbow", "rennes", "rentree", "republique", "resultat",
    "reunion", "romain", "rouge", "rugby", "samsung", "sandrine", "sante", "saphir", "sebastien", "secret",
    "secretaire", "secure", "securite", "sesame", "shadow", "simple", "snoopy", "soleil", "sophie", "source",
    "spring", "stage", "starwars", "stephane", "summer", "sunshine", "superman", "support", "sylvie", "syndicat",
    "temporaire", "test", "testtest", "thomas", "tigrou", "tintin", "titeuf", "toto", "toulouse", "travail",
    "tresor", "trinity", "trombone", "trustno", "united", "utilisateur", "vacances", "valentin", "vanille",
    "vendredi", "venise", "veronique", "victoire", "vincent", "violette", "virginie", "vive", "vivelevote", "vote",
    "votez", "welcome", "whatever", "winter", "yannick", "zazou", "zinedine", "zxcvbn", "zxcvbnm",
))
# fmt: on
_SHORTEST_CORE = 4


def is_common_password(password: str, *, names: Iterable[str] = ()) -> bool:
    """True for a password that is little more than a common word, a run of keys, or one of the names.

    Digits and signs around and between repetitions do not help: "Motdepasse2026!!" is common, "azertyazerty1!"
    too, and so are "Marie.Dupont" for Marie Dupont and twelve times the same character.
    """
    folded = fold(password)
    if len(set(folded)) < _SHORTEST_CORE:
        return True
    core = folded.strip("0123456789!?.,;:-_*+/=#@&$%€ ()[]'\"")
    letters = fold_words(folded).replace(" ", "")
    listed = _COMMON | {fold_words(name).replace(" ", "") for name in names}
    candidates = {core, letters, "".join(char for char in letters if char.isalpha())}
    return any(_is_made_of(candidate, listed) for candidate in candidates if candidate)


def _is_made_of(text: str, listed: Iterable[str]) -> bool:
    return any(word and not text.replace(word, "") for word in listed)
