"""Words of reviews that VADER's lexicon lacks, with their valence; written by `scripts/learn_review_words.py`.

Learnt from the Sentiment Labelled Sentences of product and restaurant reviews (Kotzias, Denil, de Freitas and Smyth 2015, "From
group to individual labels using deep features"; UCI Machine Learning Repository, CC BY 4.0).
"""

_PAIRS = """
able 0.5, about 0.4, after -0.3, again 0.7, ago 0.3, also 0.4, although -0.4, always 1, an -0.5, another -0.3,
anyone -0.4, around -0.3, as -0.8, ask -0.5, at -1.5, average -1.3, back 0.8, bar 0.5, barely -0.6, basically -0.8,
battery -0.4, be -0.7, beat -0.5, because -0.4, been -0.4, before -0.5, believe 0.4, below -0.5, bit -1.1, bland -1.4,
blue 0.3, bluetooth 0.4, book 0.4, both 0.4, bought -0.5, boy -0.4, break -0.8, breaks -0.8, bt -0.3, bucks -0.3,
but -0.9, buy 0.3, buying -0.3, calls -0.4, can't -0.4, cannot -1, car 0.6, cases 1.1, cell 0.3, cheap -0.3,
chinese -0.3, clip -0.5, color -0.3, company -0.7, computer -0.6, convenient 0.6, conversations -0.5, couldn't 0.4,
customer -0.8, day 0.5, deal 0.4, design -0.3, did 0.4, didn't -1.4, different -0.4, do -1.1, does -0.3, doesn't -1.2,
don't -2.3, done -0.3, dont -1.8, down -0.3, drain -0.4, driving 0.9, dropped -1, earpiece -0.3, else -0.5,
elsewhere -1, enough 0.6, everything 0.5, exactly 0.8, expect -1.2, expected -0.3, experience -0.8, extra 0.6,
extremely -0.8, face -0.4, fall 0.3, family 0.4, fast 1.4, features 0.3, felt -0.3, fits 0.6, forever -0.6, found 0.6,
from -0.7, full 0.5, gets 0.5, getting 0.7, give -0.8, given -0.4, go 0.5, going 0.4, guess -0.3, had -0.4,
handsfree 0.3, having -0.7, he 0.4, headphones -0.6, headset -0.4, hear -0.5, here 0.3, highly 0.5, holds -0.3,
hot 0.6, hours -0.4, house 0.7, how 0.8, however -0.4, i'd -0.9, i'm -0.4, i've -0.3, if -0.3, im 0.3, immediately 0.3,
in -0.3, included 0.5, incredible 1.4, inside 0.4, instructions -0.7, internet -0.3, into -0.5, iphone 0.7, isn't -0.6,
it's 0.4, item -0.4, its 0.3, jawbone 0.3, job 0.6, junk -0.9, keep -0.6, kept -0.4, know -0.6, lacking -0.6,
large -0.3, last -0.7, least 0.5, leather -0.3, less 0.3, life 0.3, light 0.4, lightweight 0.5, literally -0.6,
long 0.7, longer -0.7, look -0.3, looking -0.6, looks -0.5, lots 0.6, make 0.4, makes -0.4, management -1.1, me -0.7,
means -0.6, mediocre -1, minutes -0.5, money -0.8, more -0.4, most 0.6, motorola 0.3, much -0.7, music -0.5, must 1.2,
need 0.5, needed -0.6, needs -0.4, neither -0.3, never -1, new 0.7, night 0.4, noise 0.4, nokia -0.5, none -1.3,
not -1.8, nothing -0.7, off -1, old -1.2, on 0.4, one -0.4, only -0.4, options 0.7, order 1.2, ordered -0.6,
others 0.6, our -0.3, outlet -0.3, over -0.8, overall 0.6, owner 0.3, pairing 0.7, palm -1, particular -0.4,
performance -0.5, perhaps -0.3, person -0.5, phones 0.5, picture -0.5, piece -1.4, places -0.4, plantronics 0.3,
plastic -0.8, plug -0.6, plus 0.8, point -0.3, poorly -0.7, price 0.7, probably -0.9, protection 0.3, purchase -0.4,
quality 0.5, quickly 0.7, quite 0.7, range 0.5, rated -0.7, rather -0.6, razr 0.3, real -0.3, reasonable 0.3,
reasonably 0.8, refund -0.3, replace 0.3, results -0.4, return -0.9, reviews 0.3, right 0.5, ringtones 0.7, rocks 0.8,
said -0.3, same -0.4, say -0.3, saying -0.3, scratched 0.3, seemed -0.5, seller 0.5, send 0.3, sending -0.9,
service -0.3, setting 0.5, setup 0.4, she -0.6, should -0.6, side 0.4, signal -0.4, since 0.4, size 0.4, slow -1.4,
so 0.7, something -0.4, stars 0.8, static -0.3, station 0.3, stay -0.5, still -0.3, store -0.3, strip 0.6, stuff 0.3,
sturdy 0.9, than 0.3, that's 0.3, them -0.3, then -1.5, there -0.5, there's -0.5, these -0.4, thin 0.7, thing -0.4,
third -0.8, thought 0.4, three -0.5, thumbs 1.1, time 0.3, times -0.3, tinny -0.3, too -0.9, took -0.5, totally -0.6,
tried 0.5, try 0.4, two 0.3, under -0.5, unit -0.6, unless -0.3, unreliable -0.8, up -0.5, us -0.3, used 0.6,
verizon 0.3, very 0.6, volume -0.3, waiting -0.8, was -0.4, wasn't -0.8, way -0.3, we -0.3, website -0.5, went 0.3,
when 0.4, where -0.4, which -0.8, while 0.7, white 0.5, who -0.6, wireless -0.5, with 0.5, within -0.5, without 0.6,
won't -1.1, working 0.6, works 2, world 0.6, wouldn't -1, year 0.3, years 0.6, you'd 0.5, zero -0.8
"""
_WORDS = (pair.split() for pair in _PAIRS.split(","))
REVIEW_WORDS = {word: float(value) for word, value in _WORDS}
# Of the product reviews, each judged by words learnt while it was left out (ten folds).
UNSEEN = {"sentences": 1000, "right": 824, "undecided": 52}
