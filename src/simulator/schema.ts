/**
 * The tables of a Kobo's database with the device's own names (a recent 4.4x firmware), as far as a server or an audit can
 * have to do with them. Booleans are the texts 'true' and 'false', as on most devices.
 */
export const deviceTables = `
CREATE TABLE IF NOT EXISTS content(
 ContentID TEXT NOT NULL, ContentType TEXT NOT NULL, MimeType TEXT NOT NULL, BookID TEXT, BookTitle TEXT,
 ImageId TEXT, Title TEXT COLLATE NOCASE, Attribution TEXT COLLATE NOCASE, Description TEXT,
 DateCreated TEXT, ShortCoverKey TEXT, adobe_location TEXT, Publisher TEXT, IsEncrypted BOOL,
 DateLastRead TEXT, FirstTimeReading BOOL, ChapterIDBookmarked TEXT, ParagraphBookmarked INTEGER,
 BookmarkWordOffset INTEGER, NumShortcovers INTEGER, VolumeIndex INTEGER, ___NumPages INTEGER,
 ReadStatus INTEGER, ___SyncTime TEXT, ___UserID TEXT NOT NULL, PublicationId TEXT,
 ___FileOffset INTEGER, ___FileSize INTEGER, ___PercentRead INTEGER, ___ExpirationStatus INTEGER,
 FavouritesIndex NOT NULL DEFAULT -1, Accessibility INTEGER DEFAULT 1, ContentURL TEXT, Language TEXT,
 BookshelfTags TEXT, IsDownloaded BIT NOT NULL DEFAULT 1, FeedbackType INTEGER DEFAULT 0,
 AverageRating INTEGER DEFAULT 0, Depth INTEGER, PageProgressDirection TEXT,
 InWishlist BOOL NOT NULL DEFAULT FALSE, ISBN TEXT, WishlistedDate TEXT DEFAULT '0000-00-00T00:00:00.000',
 FeedbackTypeSynced INTEGER DEFAULT 0, IsSocialEnabled BOOL NOT NULL DEFAULT TRUE,
 EpubType INT NOT NULL DEFAULT -1, Monetization INTEGER DEFAULT 2, ExternalId TEXT, Series TEXT,
 SeriesNumber TEXT, Subtitle TEXT, WordCount INTEGER DEFAULT -1, Fallback TEXT,
 RestOfBookEstimate INTEGER, CurrentChapterEstimate INTEGER, CurrentChapterProgress FLOAT,
 PocketStatus INTEGER DEFAULT 0, UnsyncedPocketChanges TEXT, ImageUrl TEXT, DateAdded TEXT, WorkId TEXT,
 Properties TEXT, RenditionSpread TEXT, RatingCount INTEGER DEFAULT 0, ReviewsSyncDate TEXT,
 MediaOverlay TEXT, MediaOverlayType TEXT, RedirectPreviewUrl TEXT, PreviewFileSize INTEGER,
 EntitlementId TEXT, CrossRevisionId TEXT, DownloadUrl TEXT, ReadStateSynced BIT NOT NULL DEFAULT false,
 TimesStartedReading INTEGER, TimeSpentReading INTEGER, LastTimeStartedReading TEXT,
 LastTimeFinishedReading TEXT, ApplicableSubscriptions TEXT, ExternalIds TEXT, PurchaseRevisionId TEXT,
 SeriesID TEXT, SeriesNumberFloat REAL, AdobeLoanExpiration TEXT, HideFromHomePage bit,
 IsInternetArchive BOOL NOT NULL DEFAULT FALSE, titleKana TEXT, subtitleKana TEXT, seriesKana TEXT,
 attributionKana TEXT, publisherKana TEXT, IsPurchaseable BOOL DEFAULT TRUE, IsSupported BOOL DEFAULT TRUE,
 AnnotationsSyncToken TEXT, DateModified TEXT DEFAULT '0000-00-00T00:00:00.000',
 StorePages INTEGER DEFAULT 0, StoreWordCount INTEGER DEFAULT 0,
 StoreTimeToReadLowerEstimate INTEGER DEFAULT 0, StoreTimeToReadUpperEstimate INTEGER DEFAULT 0,
 Duration INTEGER DEFAULT 0, IsAbridged BOOL DEFAULT NULL, SyncConflictType INTEGER DEFAULT 0,
 PRIMARY KEY (ContentID));
CREATE TABLE IF NOT EXISTS user(
 UserID TEXT NOT NULL, UserKey TEXT NOT NULL, UserDisplayName TEXT, UserEmail TEXT, ___DeviceID TEXT,
 FacebookAuthToken TEXT, HasMadePurchase BIT DEFAULT FALSE, IsOneStoreAccount BIT DEFAULT FALSE,
 IsChildAccount BIT DEFAULT FALSE, RefreshToken TEXT, AuthToken TEXT, AuthType TEXT, Loyalty BLOB,
 IsLibraryMigrated BIT NOT NULL DEFAULT true, SyncContinuationToken TEXT, Subscription INT NOT NULL DEFAULT 0,
 LibrarySyncType TEXT, LibrarySyncTime TEXT, SyncTokenAppVersion TEXT, Storefront TEXT,
 NewUserPromoCurrency TEXT, NewUserPromoValue REAL NOT NULL DEFAULT -1.0, KoboAccessToken TEXT,
 KoboAccessTokenExpiry TEXT, AnnotationsSyncToken TEXT, PrivacyPermissions BLOB,
 AnnotationsMigrated BIT NOT NULL DEFAULT false, NotebookSyncTime TEXT, NotebookSyncToken TEXT,
 PRIMARY KEY (UserID));
CREATE TABLE IF NOT EXISTS Bookmark(
 BookmarkID TEXT NOT NULL, VolumeID TEXT NOT NULL, ContentID TEXT NOT NULL, StartContainerPath TEXT NOT NULL,
 StartContainerChildIndex INTEGER NOT NULL, StartOffset INTEGER NOT NULL, EndContainerPath TEXT NOT NULL,
 EndContainerChildIndex INTEGER NOT NULL, EndOffset INTEGER NOT NULL, Text TEXT, Annotation TEXT,
 ExtraAnnotationData BLOB, DateCreated TEXT, ChapterProgress REAL NOT NULL DEFAULT 0,
 Hidden BOOL NOT NULL DEFAULT 0, Version TEXT, DateModified TEXT, Creator TEXT, UUID TEXT, UserID TEXT,
 SyncTime TEXT, Published BIT default false, ContextString TEXT, Type TEXT, Color INTEGER DEFAULT 0,
 PRIMARY KEY (BookmarkID));
CREATE TABLE IF NOT EXISTS Shelf(CreationDate TEXT, Id TEXT, InternalName TEXT, LastModified TEXT, Name TEXT, Type TEXT,
 _IsDeleted BOOL, _IsVisible BOOL, _IsSynced BOOL, _SyncTime TEXT, LastAccessed TEXT, PRIMARY KEY(Id));
CREATE TABLE IF NOT EXISTS ShelfContent(ShelfName TEXT, ContentId TEXT, DateModified TEXT, _IsDeleted BOOL,
 _IsSynced BOOL, PRIMARY KEY(ShelfName, ContentId));
CREATE TABLE IF NOT EXISTS SyncQueue(Date TEXT, VolumeId TEXT, State INT, PRIMARY KEY(VolumeId));
CREATE TABLE IF NOT EXISTS Event(EventType INTEGER NOT NULL, FirstOccurrence TEXT, LastOccurrence TEXT,
 EventCount INTEGER DEFAULT 0, ContentID TEXT, ExtraData BLOB, Checksum TEXT,
 PRIMARY KEY (EventType, ContentID));
CREATE TABLE IF NOT EXISTS AnalyticsEvents(Id TEXT, Type TEXT, Timestamp TEXT, Attributes TEXT, Metrics TEXT,
 TestGroups TEXT, ClientApplicationVersion TEXT, Mandatory BIT DEFAULT FALSE, PRIMARY KEY(Id));
CREATE TABLE IF NOT EXISTS volume_shortcovers(volumeId TEXT NOT NULL, shortcoverId TEXT NOT NULL, VolumeIndex INTEGER,
 PRIMARY KEY (volumeId, shortcoverId));
CREATE TABLE IF NOT EXISTS volume_tabs(volumeId TEXT NOT NULL, tabId TEXT NOT NULL DEFAULT
 'abcdefff-ffff-ffff-ffff-fffffffffffd', PRIMARY KEY (volumeId, tabId));
CREATE TABLE IF NOT EXISTS content_keys(volumeId TEXT NOT NULL, elementId TEXT NOT NULL, elementKey TEXT,
 PRIMARY KEY (volumeId, elementId));
CREATE TABLE IF NOT EXISTS content_settings(ContentID TEXT NOT NULL, ContentType INTEGER NOT NULL, DateModified TEXT NOT NULL,
 ReadingFontFamily TEXT, ReadingFontSize INTEGER, ReadingAlignment TEXT, ReadingLineHeight REAL,
 ReadingLeftMargin INTEGER, ReadingRightMargin INTEGER, ReadingPublisherMode INTEGER,
 ActivityFacebookShare BIT default TRUE, RecentBookSearches TEXT, AuthorNotesShown BIT default false,
 LastAuthorNotesSyncTime TEXT, ZoomFactor INTEGER default 1, BTBFooterSection TEXT, SelectedDictionary TEXT,
 StillReading BIT DEFAULT FALSE, SeriesShown BIT DEFAULT FALSE, PRIMARY KEY (ContentID, ContentType));
CREATE TABLE IF NOT EXISTS ratings(ContentID TEXT NOT NULL, Rating INTEGER, Review TEXT, DateModified TEXT NOT NULL,
 PRIMARY KEY(ContentID));
CREATE TABLE IF NOT EXISTS Activity(Id TEXT, Enabled BIT default TRUE, Type TEXT, Action INTEGER, Date TEXT, Data BLOB,
 PRIMARY KEY(Id, Type));
CREATE TABLE IF NOT EXISTS WordList(Text TEXT, VolumeId TEXT, DictSuffix TEXT, DateCreated TEXT, PRIMARY KEY(Text));
CREATE TABLE IF NOT EXISTS Wishlist(CrossRevisionId TEXT, DateModified TEXT NOT NULL, IsAdded BOOL, IsSynced BOOL,
 PRIMARY KEY(CrossRevisionId));
CREATE TABLE IF NOT EXISTS DbVersion(version INTEGER NOT NULL, PRIMARY KEY(version));
`

/**
 * What the simulation keeps for itself. `sim_announced` is its notebook of every book that a server ever announced here; it
 * survives what wipes a device.
 */
export const simulationTables = `
CREATE TABLE IF NOT EXISTS sim_state(name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sim_announced(id TEXT NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS sim_deletes(id TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL);
CREATE TABLE IF NOT EXISTS sim_shelf_changes(n INTEGER PRIMARY KEY, shelf TEXT NOT NULL, change TEXT NOT NULL,
 body TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sim_ratings(id TEXT NOT NULL PRIMARY KEY);
CREATE TABLE IF NOT EXISTS sim_states(n INTEGER PRIMARY KEY, id TEXT NOT NULL, state TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS sim_spans(book TEXT NOT NULL, n INTEGER NOT NULL, document TEXT NOT NULL, spans TEXT NOT NULL,
 PRIMARY KEY(book, n));
CREATE TABLE IF NOT EXISTS sim_book(id TEXT NOT NULL PRIMARY KEY, announced_size INTEGER, sha256 TEXT,
 priority TEXT, created TEXT);
`

/** The tables that a factory reset empties. */
export const wipedTables = [
  'content',
  'user',
  'Bookmark',
  'Shelf',
  'ShelfContent',
  'SyncQueue',
  'Event',
  'AnalyticsEvents',
  'content_settings',
  'ratings',
  'Activity',
  'sim_deletes',
  'sim_shelf_changes',
  'sim_ratings',
  'sim_states',
  'sim_spans',
  'sim_book',
] as const
