/** @file The gallery: everything that was drawn, to search, sort out, look at, and go on from. */

import { useEffect } from 'preact/hooks';
import type { OutputInfo } from '../../protocol.js';
import { url } from '../api.js';
import { Compare } from '../parts/compare.js';
import { Dialog } from '../parts/dialog.js';
import { Icon, IconButton } from '../parts/icon.js';
import { SearchField } from '../parts/search-field.js';
import { Viewer } from '../parts/viewer.js';
import * as gallery from '../state/outputs.js';
import { presets } from '../state/studio.js';
import { count, moment, score } from '../words.js';

export function GalleryView() {
	const { outputs, total, nextPage, opened, comparing, picked } = gallery;
	useEffect(() => {
		void gallery.load();
		return () => {
			gallery.hovered.value = false;
		};
	}, []);
	const trash = gallery.trashShown.value;
	const filtered =
		gallery.query.value || gallery.starredOnly.value || gallery.rendererFilter.value || gallery.presetFilter.value;
	return (
		<main class="gallery page" id="main">
			<header class="page-head">
				<h1 class="display">Gallery</h1>
				<Filters />
			</header>
			<p class="gallery-count" aria-live="polite">
				{outputs.value ? `${count(total.value, 'drawing')}${trash ? ' in the trash' : ''}` : ' '}
				{gallery.query.value && outputs.value && total.value > 0 && !trash ? ', most like the words first' : ''}
				{trash && total.value > 0 && (
					<button
						type="button"
						class="link"
						onClick={() => {
							gallery.emptying.value = true;
						}}
					>
						Empty for good …
					</button>
				)}
			</p>
			{gallery.unseen.value > 0 && (
				<button type="button" class="primary small unseen" onClick={() => gallery.load()}>
					{count(gallery.unseen.value, 'new drawing')}
				</button>
			)}
			{outputs.value === undefined && <SkeletonGrid />}
			{outputs.value?.length === 0 && (
				<div class="empty">
					<p class="empty-title">
						{filtered
							? `Nothing like that ${trash ? 'is in the trash' : 'hangs here'}.`
							: trash
								? 'The trash is empty.'
								: 'Bare walls, so far.'}
					</p>
					{(filtered || !trash) && (
						<p>
							{filtered ? 'Other words, or fewer filters.' : 'Every drawing that is finished hangs here by itself.'}
						</p>
					)}
				</div>
			)}
			<ul
				class="wall"
				aria-label="Drawings"
				onPointerEnter={() => {
					gallery.hovered.value = true;
				}}
				onPointerLeave={(event) => {
					// The pill that tells of new ones lies over the wall.
					if (event.pointerType === 'mouse') gallery.hovered.value = false;
				}}
			>
				{outputs.value?.map((info) =>
					trash ? <Thrown key={info.id} info={info} /> : <Tile key={info.id} info={info} />,
				)}
			</ul>
			{nextPage.value && (
				<button type="button" class="plain more" onClick={() => gallery.load(true)}>
					Older ones
				</button>
			)}
			{picked.value.length > 0 && !comparing.value && (
				<div class="pick-bar" role="toolbar" aria-label="Comparison">
					<span>{picked.value.length === 1 ? 'Pick another one to compare.' : 'Two picked.'}</span>
					<button
						type="button"
						class="primary small"
						disabled={picked.value.length < 2}
						onClick={() => {
							comparing.value = true;
						}}
					>
						Compare
					</button>
					<IconButton
						small
						name="close"
						label="Pick none"
						onClick={() => {
							picked.value = [];
						}}
					/>
				</div>
			)}
			{opened.value && <Viewer key={opened.value.id} info={opened.value} />}
			{gallery.emptying.value && <EmptyTrash />}
			{comparing.value && picked.value.length === 2 && <Compare a={picked.value[0]!} b={picked.value[1]!} />}
		</main>
	);
}

function Filters() {
	const { query, starredOnly, rendererFilter, presetFilter } = gallery;
	return (
		<search class="filters">
			<SearchField label="Search by what is to be seen" words={query} />
			<button
				type="button"
				class="plain"
				aria-pressed={starredOnly.value}
				onClick={() => {
					starredOnly.value = !starredOnly.value;
				}}
			>
				<Icon name="star" filled={starredOnly.value} /> Starred
			</button>
			<button
				type="button"
				class="plain"
				aria-pressed={gallery.trashShown.value}
				onClick={() => {
					gallery.trashShown.value = !gallery.trashShown.value;
				}}
			>
				<Icon name="trash" /> Trash
			</button>
			<select
				aria-label="Made of"
				value={rendererFilter.value}
				onChange={(event) => {
					rendererFilter.value = event.currentTarget.value;
				}}
			>
				<option value="">Of any kind</option>
				{['strokes', 'shapes', 'tiles', 'pixels'].map((name) => (
					<option key={name} value={name}>
						{name}
					</option>
				))}
			</select>
			<select
				aria-label="Preset"
				value={presetFilter.value}
				onChange={(event) => {
					presetFilter.value = event.currentTarget.value;
				}}
			>
				<option value="">Any look</option>
				{presets.value?.map(({ name, title }) => (
					<option key={name} value={name}>
						{title}
					</option>
				))}
			</select>
		</search>
	);
}

function Tile({ info }: { readonly info: OutputInfo }) {
	const isPicked = gallery.picked.value.some(({ id }) => id === info.id);
	return (
		<li class={isPicked ? 'tile picked' : 'tile'}>
			<button
				type="button"
				class="tile-picture"
				aria-label={`Open ${info.title}`}
				onClick={() => {
					gallery.opened.value = info;
				}}
			>
				<Thumbnail info={info} alt="" />
			</button>
			<div class="tile-foot">
				<p class="tile-title">{info.title}</p>
				<small>{info.likeness !== undefined ? `likeness ${score(info.likeness)}` : moment(info.created)}</small>
			</div>
			{info.starred && (
				<span class="tile-starred" title="Starred">
					<Icon name="star" filled />
				</span>
			)}
			<span class="tile-tools">
				<IconButton
					small
					name="star"
					filled={info.starred}
					pressed={info.starred}
					label={`Star ${info.title}`}
					onClick={() => gallery.star(info)}
				/>
				<IconButton
					small
					name="compare"
					text="Compare"
					pressed={isPicked}
					label={`Pick ${info.title} to compare`}
					onClick={() => gallery.pick(info)}
				/>
				<IconButton small name="trash" label={`Delete ${info.title}`} onClick={() => gallery.remove(info)} />
			</span>
		</li>
	);
}

/** A drawing in small, as wide and high as it will be before it is there. */
function Thumbnail({ info, alt }: { readonly info: OutputInfo; readonly alt: string }) {
	return (
		<img
			src={url.image(info.id, 480)}
			alt={alt}
			loading="lazy"
			decoding="async"
			width={info.size[0]}
			height={info.size[1]}
		/>
	);
}

/** A drawing in the trash. */
function Thrown({ info }: { readonly info: OutputInfo }) {
	return (
		<li class="tile thrown">
			<span class="tile-picture">
				<Thumbnail info={info} alt={info.title} />
			</span>
			<div class="tile-foot">
				<p class="tile-title">{info.title}</p>
				<button type="button" class="link" aria-label={`Restore ${info.title}`} onClick={() => gallery.restore(info)}>
					<Icon name="undo" /> Restore
				</button>
			</div>
		</li>
	);
}

function EmptyTrash() {
	const close = () => {
		gallery.emptying.value = false;
	};
	return (
		<Dialog label="Empty the trash" className="question" onClose={close}>
			<h2>Empty the trash?</h2>
			<p>{count(gallery.total.value, 'drawing')} will be gone for good, with all files.</p>
			<div class="row">
				<button type="button" class="primary small" onClick={() => gallery.emptyTrash()}>
					Empty for good
				</button>
				<button type="button" class="plain" onClick={close}>
					Keep them
				</button>
			</div>
		</Dialog>
	);
}

function SkeletonGrid() {
	return (
		<div class="wall" aria-hidden="true">
			{Array.from({ length: 12 }, (_, i) => (
				<span key={i} class="tile-skeleton" />
			))}
		</div>
	);
}
