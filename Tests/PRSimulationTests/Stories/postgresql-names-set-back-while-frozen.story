# The names of the standbys are emptied and set back while the server is frozen: it reads what was set after it goes on.
seed 5268159621148498892
node hq postgresql
node hq-beside on hq
3151ms ask hq-beside p0 c1 times 2
3151ms ask hq-beside p0 c1 times 2 together
3169ms ask hq-beside p0 c1 times 3
4898ms ask hq p0 c0 times 4
4898ms ask hq p0 c1 times 4 together
4898ms ask hq-beside p0 c0 times 4 together
4898ms ask hq-beside p0 c1 times 4 together
4898ms ask hq-beside p0 c0 times 4 together
4901ms database hq empty-names
4902ms database hq freeze
4945ms ask hq-beside p0 c0 times 3
4945ms ask hq p0 c0 times 3 together
4945ms database hq isolate
4951ms database hq restore-names
4952ms database hq thaw
5171ms kill hq
20089ms ask hq p0 c0 times 4 together
