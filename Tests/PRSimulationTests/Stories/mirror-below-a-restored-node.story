# Headquarters lose what they answered last. A read-only node has no rows of its own: it answers what its upstream has.
node hq
node mirror below hq sync 10000ms deadline 1000ms read-only refuse
link mirror hq delay 0ms rate 12500000

7153ms backup hq
7172ms ask hq p0 a gives 0
7272ms ask hq p0 b gives 1
7386ms ask mirror p0 b gives 1
15868ms restore hq
15971ms ask hq p0 c gives 0
15991ms ask hq p0 a gives 1
28608ms ask mirror p0 a gives 1
