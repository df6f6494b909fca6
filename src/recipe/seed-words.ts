/** @file 256 words of nature and 256 animals: what the aliases of seeds are made of. Their order must never change. */

const list = (words: string): readonly string[] =>
	words
		.trim()
		.split(/\s+/)
		.map((word) => word[0]!.toUpperCase() + word.slice(1));

export const natureWords = list(`
amber apple april arctic ashen aspen autumn azure bamboo basalt beech birch blossom bramble breeze brine bronze
brook bubble cactus canyon cedar chalk cherry cinder citrus cliff cloud clover cobalt comet copper coral cosmic cove
crater creek crimson crystal cumulus cypress daisy dawn delta desert dew drift dune dusk dust east echo eclipse
ember emerald equinox estuary feather fern fjord flint fluff fog forest fossil frost galaxy garden garnet geyser
ginger glacier glade glen glow golden granite grape grassy grove gully hail halo harbor harvest hazel heath hedge
hemlock hill holly honey horizon ice indigo iris iron island ivory ivy jade jasmine jasper juniper kelp lagoon lake
lapis larch lava lavender leafy lemon lichen lilac lily lime linden lotus lunar magma mango maple marble marsh
meadow melon mesa meteor mint mist monsoon moon moor moss mountain mulberry nebula nectar night nimbus north nova
nutmeg oak oasis ocean olive onyx opal orbit orchard orchid palm papaya peach pearl pebble pepper petal pewter pine
planet plum polar pollen pond poplar poppy prairie prism pumice quarry quartz rain rainbow ravine reed reef ridge
ripple river rose ruby rustic saffron sage sand sapphire satin savanna scarlet seaside shadow shell shore sienna
silk silver sky slate sleet smoke snow solar solstice south spark spice spring sprout spruce squall star steam
steppe stone storm stream summer sunny sunset swamp teal tempest thicket thistle thorn thunder tidal timber topaz
torrent tropic tulip tundra turquoise twilight valley vanilla velvet verdant vine violet volcano walnut water wave
west wheat willow wind winter wisteria zephyr zinc
`);

export const animalWords = list(`
aardvark albatross alpaca anchovy angelfish anteater antelope armadillo axolotl baboon badger barnacle barracuda bat
beagle bear beaver bee beetle bison bluebird boar bobcat buffalo bullfrog bumblebee bunting butterfly buzzard caiman
camel canary capybara caracal cardinal caribou cassowary cat caterpillar catfish chameleon cheetah chickadee chicken
chinchilla chipmunk cicada clam clownfish cobra cockatoo collie condor cormorant cougar cow coyote crab crane
crayfish cricket crocodile crow cuckoo curlew damselfly deer dingo dolphin donkey dormouse dove dragonfly duck
dugong eagle echidna eel egret eland elephant elk emu ermine falcon ferret finch firefly flamingo flounder fox frog
gannet gazelle gecko gerbil gibbon giraffe goldfish goose gopher gorilla grasshopper grouse gull guppy halibut
hamster hare hawk hedgehog heron herring hippo horse hummingbird hyena ibex ibis iguana impala jackal jackdaw jaguar
jay jellyfish kangaroo kestrel kingfisher kite kiwi koala koi ladybird lamb lark lemur leopard lion lizard llama
lobster locust loon lynx macaw mackerel magpie mallard manatee mandrill mantis marlin marmot meerkat millipede mink
minnow mole mongoose moose moth mouse mule mussel narwhal newt nightjar ocelot octopus okapi opossum orca oriole
osprey ostrich otter owl oyster panda pangolin panther parrot partridge peacock pelican penguin pheasant pigeon
platypus plover pony porcupine porpoise possum prawn puffin puma quail quokka rabbit raccoon raven reindeer rhino
robin salamander salmon sandpiper sardine scallop scorpion seahorse seal shark sheep shrimp skunk skylark sloth
snail sparrow spider squid squirrel starfish starling stingray stork swallow swan swift tapir terrapin thrush tiger
toad tortoise toucan trout tuna turkey turtle vulture wallaby walrus warbler wasp weasel whale wolf wombat
woodpecker wren yak zebra
`);
