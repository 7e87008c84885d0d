# The options of nodes are read again while they are asked. What is under way is answered, and no number is given twice.
node hq
node pune below hq lane 0/2 sync 5000ms
link pune hq delay 40ms rate 1000000
1000ms ask pune zlib a times 8 gives 0.0
1010ms reload pune
1020ms ask pune zlib a times 8 gives 0.0
1030ms reload pune
1340ms ask pune zlib b times 8 gives 0.2
1345ms reload hq
1350ms ask hq zlib c times 8 gives 0
2200ms ask pune zlib c times 8 gives 0.4
30000ms ask pune zlib d gives 0.6
40000ms ask hq zlib d gives 1
