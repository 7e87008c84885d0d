# A backup of a site from before it joined is restored. It would number as one that stands alone, 0 as headquarters do, and is not served.
# When it has joined again it numbers at its level, in a lane that was never given.
seed 21009
watch
node hq
node site0
node site1 deadline 10000ms
link site1 hq delay 0ms rate 12500000
500ms create hq lanes 4
600000ms join site0 below hq
610244ms backup site1
610429ms join site1 below hq
700000ms ask site1 p0 c0 gives 0.1
778506ms restore site1
779128ms ask hq p0 c1 gives 0
779500ms ask site1 p0 c2 gives lost
780000ms reload site1
781000ms kill site1
782000ms start site1
783000ms ask site1 p0 c2 gives lost
800000ms join site1 below hq again
900000ms ask site1 p0 c2 gives 0.2
901000ms ask site1 p0 c1 gives 0.6
