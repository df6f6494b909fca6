/** @file The things of scenes: names with an article and a plural, and the emoji that show them. */

import { dominantColor } from '../augment/colors.js';
import { ConceptMatcher, defaultConcepts } from './concepts.js';
import { candidates, type IconSet } from './iconify.js';
import { rasterize } from './rasterize.js';
import { emojiGlyphSets, type ImageKind, isShareAlike } from './sources.js';

/** Concepts of which a picture shows one, and that can be counted. None is the word for a shape. */
export const thingNames: readonly string[] = (
	'airplane,alien,ambulance,anchor,ant,apple,avocado,axe,backpack,badger,balloon,banana,baseball,bat,battery,bear,beaver,bee,' +
	'bell,bicycle,bird,bomb,book,bottle,broom,bucket,bus,butterfly,cactus,cake,camel,camera,candle,car,carrot,castle,cat,chair,chick,chicken,' +
	'church,clock,cloud,coconut,cookie,couch,cow,crab,crayon,crocodile,crown,cucumber,cup,cupcake,deer,dinosaur,dog,dolphin,donkey,donut,door,' +
	'dragon,dress,drum,duck,eagle,ear,egg,eggplant,elephant,envelope,evergreen tree,eye,factory,feather,fish,flamingo,flower,flute,fox,frog,' +
	'ghost,gift,giraffe,globe,goat,goose,gorilla,guitar,hammer,hamster,handbag,hat,hedgehog,helicopter,helmet,high heel,hippopotamus,' +
	'horse,hospital,hot dog,house,ice cream,jar,jellyfish,kangaroo,key,kite,knife,koala,ladder,ladybug,laptop,leopard,light bulb,' +
	'lion,lipstick,lizard,llama,lobster,lock,lollipop,magnet,magnifying glass,mango,maple leaf,microphone,microscope,monkey,mosque,motorcycle,' +
	'mouse,mushroom,nose,octopus,onion,otter,owl,paintbrush,palm tree,panda,parrot,peach,peacock,pear,penguin,pig,' +
	'pineapple,pizza,planet,potato,pumpkin,rabbit,raccoon,radio,rainbow,rhinoceros,robot,rocket,rose,sailboat,sandwich,saw,saxophone,scarf,' +
	'scorpion,screwdriver,seal,shark,sheep,shell,shield,ship,shoe,skateboard,skull,skunk,sled,sloth,snail,snake,snowflake,snowman,soccer ball,' +
	'spider,spoon,squid,stapler,strawberry,suitcase,sun,sunflower,swan,sword,syringe,t-shirt,taco,teapot,teddy bear,telephone,telescope,' +
	'television,tent,tiger,tomato,tooth,toothbrush,tractor,train,tree,trophy,truck,trumpet,tulip,turtle,ufo,umbrella,unicorn,' +
	'violin,volcano,waffle,watch,watermelon,whale,wheel,wine glass,wolf,worm,wrench,yo yo,zebra'
).split(',');

/** The words with `a` or `an` before them. */
export const withArticle = (words: string): string =>
	`${/^[aeiou]/.test(words) && !/^u(fo|ni)/.test(words) ? 'an' : 'a'} ${words}`;

/** A drawing of a thing. */
export interface ThingDrawing {
	/** `noto:cat`. */
	readonly url: string;
	readonly licence: string;
	readonly svg: string;
	/** Drawn in black alone: may be given any colour. */
	readonly oneColor: boolean;
	/** Index into colorNames of the colour that most of it has, or -1. */
	readonly color: number;
	/** Mean RGB of its ink, in [0, 1]. */
	readonly mean: readonly [number, number, number];
}

/** A thing and the drawings of it, at least one. */
export interface Thing {
	readonly name: string;
	readonly drawings: readonly ThingDrawing[];
}

/** Side in pixels at which drawings are looked at for their colour. */
const lookSize = 24;

/** Gathers the drawings that scenes may show out of emoji sets, those to train on and those held out apart. */
export class ThingCollector {
	private readonly matcher = new ConceptMatcher(defaultConcepts);
	private readonly found: { name: string; heldOut: boolean; drawing: Omit<ThingDrawing, 'color' | 'mean'> }[] = [];

	/** @param labels emoji label by code point sequence, as emojiLabels gives them */
	constructor(private readonly labels: ReadonlyMap<string, string>) {}

	/** Whether scenes take anything from a set: names of emoji alone are sure enough. */
	static takes = (prefix: string, kind: ImageKind): boolean => kind === 'emoji' || isOneColor(prefix);

	/** Take the emoji of a set; of a share-alike one only what is held out, or what learns from scenes could not be given away. */
	add(set: IconSet, kind: ImageKind, heldOut: boolean): void {
		const licence = set.info.license.spdx ?? set.info.license.title;
		if (!ThingCollector.takes(set.prefix, kind) || (!heldOut && isShareAlike(licence))) return;
		for (const { concept, source, name, svg } of candidates(set, kind, this.matcher, this.labels, heldOut)) {
			const thing = defaultConcepts[concept]!.name;
			if (typeof svg !== 'string' || !names.has(thing)) continue;
			const drawing = { url: `${source}:${name}`, licence, svg, oneColor: isOneColor(source) };
			this.found.push({ name: thing, heldOut, drawing });
		}
	}

	/** The things of one side by name; drawings that cannot be drawn are left out. */
	async things(heldOut: boolean): Promise<Thing[]> {
		const own = this.found.filter((one) => one.heldOut === heldOut);
		const rasters = await Promise.all(own.map(({ drawing }) => rasterize(drawing.svg, lookSize)));
		const drawings = new Map<string, ThingDrawing[]>();
		for (const [i, { name, drawing }] of own.entries()) {
			const raster = rasters[i];
			if (!raster) continue;
			const color = dominantColor(
				Float32Array.from(raster, (byte) => byte / 255),
				lookSize,
			);
			drawings.set(name, [...(drawings.get(name) ?? []), { ...drawing, color, mean: meanColor(raster) }]);
		}
		return thingNames.flatMap((name) => {
			const list = drawings.get(name);
			return list ? [{ name, drawings: list }] : [];
		});
	}
}

const names = new Set(thingNames);

const isOneColor = (prefix: string): boolean => (emojiGlyphSets as readonly string[]).includes(prefix);

/** Mean RGB of premultiplied RGBA where there is ink, in [0, 1]. */
function meanColor(rgba: Uint8Array): [number, number, number] {
	const sums = [0, 0, 0, 0];
	for (let i = 0; i < rgba.length; i++) sums[i % 4]! += rgba[i]!;
	const [r, g, b, ink] = sums as [number, number, number, number];
	return [r / ink, g / ink, b / ink];
}
