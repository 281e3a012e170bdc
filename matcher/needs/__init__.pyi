from .comparison import Comparison as Comparison
from .comparison import compare_indicators as compare_indicators
from .comparison import compare_pairs as compare_pairs
from .comparison import comparison_text as comparison_text
from .indicators import Indicator as Indicator
from .indicators import indicators_of as indicators_of
from .indicators import need_indicators as need_indicators
