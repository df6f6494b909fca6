/** @file Around every view: the head with its ways, messages, the sheet of shortcuts, files dropped anywhere. */

import { useEffect } from 'preact/hooks';
import { onKeyDown } from './keyboard.js';
import { DropZone } from './parts/drop-zone.js';
import { HelpSheet } from './parts/help-sheet.js';
import { Icon, IconButton } from './parts/icon.js';
import { Toasts } from './parts/toasts.js';
import { drawing } from './state/queue.js';
import { dark, helpOpen, online, switchTheme, type View, view } from './state/ui.js';
import { ExploreView } from './views/explore.js';
import { GalleryView } from './views/gallery.js';
import { PresetsView } from './views/presets.js';
import { StudioView } from './views/studio.js';

const ways: readonly (readonly [View, string, string])[] = [
	['studio', 'Studio', '#/'],
	['explore', 'Explore', '#/explore'],
	['gallery', 'Gallery', '#/gallery'],
	['presets', 'Presets', '#/presets'],
];

export function Shell() {
	useEffect(() => {
		addEventListener('keydown', onKeyDown);
		return () => removeEventListener('keydown', onKeyDown);
	}, []);
	return (
		<>
			<button
				type="button"
				class="skip-link"
				onClick={() =>
					document.getElementById('main')?.querySelector<HTMLElement>('textarea, input, button, a')?.focus()
				}
			>
				Skip to the content
			</button>
			<header class="head">
				<a class="wordmark" href="#/" aria-label="Atelier">
					<svg viewBox="0 0 32 32" aria-hidden="true">
						<path d="M5 24C9 4 19 2 17 14S12 27 27 20" />
					</svg>
					<span>Atelier</span>
				</a>
				<nav class="ways" aria-label="Views">
					{ways.map(([name, says, href]) => (
						<a key={name} href={href} aria-current={view.value === name ? 'page' : undefined}>
							{says}
							{name === 'studio' && drawing.value && view.value !== 'studio' && (
								<span class="dot dot-running" role="img" aria-label="draws" />
							)}
						</a>
					))}
				</nav>
				<span class="head-tools">
					<IconButton name={dark.value ? 'sun' : 'moon'} label={dark.value ? 'Light' : 'Dark'} onClick={switchTheme} />
					<IconButton
						name="help"
						label="Shortcuts"
						onClick={() => {
							helpOpen.value = true;
						}}
					/>
				</span>
			</header>
			{!online.value && (
				<div class="banner" role="alert">
					<Icon name="retry" />
					<span>The studio does not answer. Your recipe is kept; the page joins again by itself.</span>
				</div>
			)}
			{view.value === 'studio' && <StudioView />}
			{view.value === 'explore' && <ExploreView />}
			{view.value === 'gallery' && <GalleryView />}
			{view.value === 'presets' && <PresetsView />}
			<Toasts />
			<HelpSheet />
			<DropZone />
		</>
	);
}
