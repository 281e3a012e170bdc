"""Why a pair was matched: what is asked, the sentence that answers it, what finds no answer."""
